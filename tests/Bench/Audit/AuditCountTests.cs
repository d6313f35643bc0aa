namespace Sidecars.Bench.Tests.Audit;

internal sealed class AuditCountTests
{
    private const string First = "sidecar-bench/1";
    private const string Second = "sidecar-bench/2";

    private static readonly AuditEntry s_begin = new("sidecar", First, "get", "namespaces", 200);
    private static readonly AuditEntry s_end = s_begin with { UserAgent = Second };
    private static readonly AuditEntry s_patch = new("sidecar", "csi-attacher/v1", "patch", "volumeattachments/status", 200);

    [Test]
    public void Requests_of_the_marks_user_between_the_marks_are_counted()
    {
        var counted = AuditCount.Between(First, Second,
        [
            s_patch, s_begin, s_patch, s_patch with { Code = 409 }, s_patch with { Verb = "get", Resource = "nodes", Code = 500 },
            s_patch with { User = "somebody else" },
            s_patch with { UserAgent = "sidecar-bench" },
            s_patch with { Verb = "watch" },
            s_patch with { Resource = "leases" },
            s_patch with { Resource = "" },
            s_end, s_patch,
        ]);

        Assert.That(counted!.ByVerb, Is.EqualTo(new Dictionary<string, int> { ["get nodes"] = 1, ["patch volumeattachments/status"] = 2 }));
        Assert.That(counted.Refusals, Is.EqualTo(new Dictionary<string, int> { ["get nodes 500"] = 1, ["patch volumeattachments/status 409"] = 1 }));
        Assert.That((counted.Refused(400), counted.Refused(500)), Is.EqualTo((1, 1)));
    }

    [Test]
    public void A_log_without_both_marks_says_nothing()
    {
        Assert.That(AuditCount.Between(First, Second, [s_begin, s_patch]), Is.Null);
        Assert.That(AuditCount.Between(First, Second, [s_patch, s_end]), Is.Null);
        Assert.That(AuditCount.Between(First, Second, []), Is.Null);
    }

    [Test]
    public void A_line_is_read() => Assert.That(AuditEntry.Parse("""
        {"kind":"Event","stage":"ResponseComplete","verb":"patch","user":{"username":"u"},"userAgent":"a","objectRef":{"resource":"r","subresource":"status"},"responseStatus":{"code":409} }
        """), Is.EqualTo(new AuditEntry("u", "a", "patch", "r/status", 409)));

    [TestCase("""{"kind":"Event","stage":"ResponseStarted","verb":"watch","user":{"username":"u"},"objectRef":{"resource":"r"} }""")]
    [TestCase("""{"kind":"Event","stage":"ResponseComp""")]
    [TestCase("")]
    public void A_line_of_another_stage_or_half_a_line_is_passed_over(string line) => Assert.That(AuditEntry.Parse(line), Is.Null);

    [Test]
    public void A_request_about_no_object_has_no_resource() =>
        Assert.That(AuditEntry.Parse("""{"stage":"ResponseComplete","verb":"get","user":{"username":"u"} }"""), Is.EqualTo(new AuditEntry("u", "", "get", "", 0)));
}
