namespace Sidecars.Playground.Tests.Processes;

/// <summary>What is shown of a log when something went wrong.</summary>
internal sealed class LogTailTests
{
    [Test]
    public void A_warning_of_long_ago_is_kept_and_what_repeats_for_ever_is_not()
    {
        var tail = Begun();
        tail.Add("""E1128 11:10:14.9 1 Provisioning] "Failed" error="no room" """);
        for (var i = 0; i < 100; i++)
        {
            tail.Add($"""I1128 11:10:15.{i} 1 ApiClient] "API request" Verb="PUT" Path="/apis/coordination.k8s.io/v1/namespaces/default/leases/l" Code=200""");
            tail.Add("""I1128 11:10:15.1 1 CsiConnection] "GRPC call" method="/csi.v1.Identity/Probe" request="{}" """);
            tail.Add($"plain {i}");
        }

        Assert.Multiple(() =>
        {
            Assert.That(tail.Lines[0], Is.EqualTo("first"));
            Assert.That(tail.Lines[1], Does.StartWith("E1128"));
            Assert.That(tail.Lines.Skip(2), Is.EqualTo(Enumerable.Range(85, 15).Select(i => $"plain {i}")));
        });
    }

    [Test]
    public void A_lease_that_cannot_be_renewed_is_shown()
    {
        var tail = Begun();
        tail.Add("""W1128 11:10:15.1 1 LeaderElection] "Cannot renew" path="/apis/coordination.k8s.io/v1/namespaces/default/leases/l" """);
        Assert.That(tail.Lines, Has.Count.EqualTo(2));
    }

    [Test]
    public void A_right_that_is_missing_stands_by_itself_with_the_rule_as_one_writes_it()
    {
        var tail = Begun();
        for (var i = 0; i < 3; i++)
            tail.Add("""W1128 11:10:15.1 1 RightsCheck] "This account lacks a right, and without it there is no" feature="topology" rule="{resources: [\"nodes\"]}" """.Trim());
        Assert.Multiple(() =>
        {
            Assert.That(tail.MissingRights, Is.EqualTo((string[])["""
                "This account lacks a right, and without it there is no" feature="topology" rule="{resources: ["nodes"]}"
                """]));
            Assert.That(tail.Lines, Is.EqualTo((string[])["first"]));
        });
    }

    private static LogTail Begun()
    {
        var tail = new LogTail();
        tail.Add("first");
        return tail;
    }

    [Test]
    public void Only_the_last_warnings_are_kept_in_their_place()
    {
        var tail = Begun();
        for (var i = 0; i < 12; i++)
        {
            tail.Add($"W1128 11:10:15.1 1 A] {i}");
            tail.Add($"info {i}");
        }

        Assert.That(tail.Lines, Is.EqualTo((string[])["first", "info 0", "info 1", .. Enumerable.Range(2, 10).SelectMany(i => (string[])[$"W1128 11:10:15.1 1 A] {i}", $"info {i}"])]));
    }
}
