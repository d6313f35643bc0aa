using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.ExternalAttacher.Tests.Program;

/// <summary>Replicas of the published program on one machine, so of one host name, as pods on the network of their host are (common contract 6).</summary>
internal sealed class ReplicasTests : ReachingTest
{
    private const string Lease = "external-attacher-leader-csi-example-com";

    private static readonly string[] s_hasty =
    [
        "--leader-election", "--leader-election-namespace=default", "--leader-election-lease-duration=10s", "--leader-election-renew-deadline=8s",
        "--leader-election-retry-period=500ms", "-v=5",
    ];

    private static readonly RequestMatch s_renewals = new() { Verb = "update", Resource = "leases" };

    [TestCase("pod-one", "pod-two")]
    [TestCase("", "", Description = "nothing says which pod it is")]
    public async Task Of_two_replicas_one_works_and_when_it_is_killed_the_other(string one, string other)
    {
        Assume.That(one.Length > 0 || !File.ReadAllText("/proc/self/mountinfo").Contains("/pods/", StringComparison.Ordinal), "the tests run in a pod, and so do both programs");
        PublishedProgram[] both = [Rig.Start(In(one), s_hasty), Rig.Start(In(other), s_hasty)];
        var acquired = both.Select(p => p.WaitForErrorLine(l => l.Contains("Successfully acquired lease", StringComparison.Ordinal))).ToArray();
        var first = both[Array.IndexOf(acquired, await Task.WhenAny(acquired))];
        var second = both.Single(p => p != first);
        var holder = Holder();
        Assert.That(holder, Does.StartWith(LeaderHost() + "_"));
        await second.WaitForErrorLine(l => l.Contains("New leader", StringComparison.Ordinal) && l.Contains(holder, StringComparison.Ordinal));
        await Attaches();
        await Rig.Cluster.Requests.WaitFor(s_renewals, 5).WithinLimit(); // the other had its turn, again and again
        Assert.That(second.ErrorLines, Has.None.Contains("Successfully acquired").And.None.Contains("Cache is populated"));
        Assert.That(Holder(), Is.EqualTo(holder));

        first.Kill();
        await Attaches();
        Assert.That(second.ErrorLines, Has.Some.Contains("Successfully acquired lease"));
        Assert.That(Holder(), Does.StartWith(LeaderHost() + "_").And.Not.EqualTo(holder));
        await World.UntilEventObject(Lease, "LeaderElection", $"{Holder()} became leader");
    }

    [Test]
    public async Task A_container_that_is_started_again_takes_its_own_lease_up_at_once_and_that_of_another_pod_not()
    {
        string[] patient = ["--leader-election", "--leader-election-namespace=default", "--leader-election-lease-duration=1h", "-v=5"];
        var first = Rig.Start(In("pod-one"), patient);
        await Attaches();
        Assert.That(Holder(), Is.EqualTo(LeaderHost() + "_pod-one"));
        first.Kill();

        var other = Rig.Start(In("pod-two"), patient);
        await other.WaitForErrorLine(l => l.Contains("New leader", StringComparison.Ordinal) && l.Contains("_pod-one", StringComparison.Ordinal));
        Rig.Start(In("pod-one"), patient);
        await Attaches();
        Assert.That(other.ErrorLines, Has.None.Contains("Successfully acquired lease"));
        Assert.That(Holder(), Is.EqualTo(LeaderHost() + "_pod-one"));
    }

    [Test]
    public async Task A_leader_whose_server_vanishes_without_closing_stays_the_leader_over_another_connection()
    {
        using var certificate = Authority.Server("127.0.0.1");
        await using var front = Front(certificate);
        Rig.Configure(front.Url, Trusting(Authority.Pem));
        var program = Rig.Start(Variables(""), "--leader-election", "--leader-election-namespace=default", "--leader-election-retry-period=1s", "-v=5");
        await Rig.Cluster.Requests.WaitFor(s_renewals).WithinLimit();
        front.Vanish();
        // One may have been on its way. The lease would be lost after ten seconds, and a dead connection is usually noticed after 45.
        await Rig.Cluster.Requests.WaitFor(s_renewals, Rig.Cluster.Requests.Count(s_renewals) + 3).WithinLimit();
        Assert.That(program.HasExited, Is.False);
        Assert.That(program.ErrorLines, Has.None.Contains("Stopped leading"));
    }

    private static Dictionary<string, string> In(string pod) => new() { ["POD_UID"] = pod };

    private static string LeaderHost() => System.Net.Dns.GetHostName().Replace('.', '-');

    private string Holder() => ClusterWorld.Text(World.Find("leases", Lease), "spec", "holderIdentity");
}
