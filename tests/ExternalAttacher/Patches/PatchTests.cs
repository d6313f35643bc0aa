using System.Text;
using Sidecars.ExternalAttacher.Patches;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalAttacher.Tests.Patches;

/// <summary>The bodies of all writes, and where there is none (attacher contract 8.1).</summary>
internal sealed class PatchTests
{
    private const string F = "external-attacher/d";
    private static readonly DateTimeOffset s_at = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.FromHours(1));

    [Test]
    public void A_list_that_is_absent_empty_or_filled_gets_its_finalizer_under_a_test()
    {
        Assert.That(Text(FinalizerSteps.Add("u", null, F)), Is.EqualTo("""[{"op":"test","path":"/metadata/uid","value":"u"},{"op":"test","path":"/metadata/finalizers","value":null},{"op":"add","path":"/metadata/finalizers","value":["external-attacher/d"]}]"""));
        Assert.That(Text(FinalizerSteps.Add("u", [], F)), Is.EqualTo("""[{"op":"test","path":"/metadata/uid","value":"u"},{"op":"test","path":"/metadata/finalizers","value":[]},{"op":"replace","path":"/metadata/finalizers","value":["external-attacher/d"]}]"""));
        Assert.That(Text(FinalizerSteps.Add("u", ["a"], F)), Is.EqualTo("""[{"op":"test","path":"/metadata/uid","value":"u"},{"op":"test","path":"/metadata/finalizers","value":["a"]},{"op":"add","path":"/metadata/finalizers/-","value":"external-attacher/d"}]"""));
    }

    [Test]
    public void A_finalizer_goes_by_its_place_under_a_test() =>
        Assert.That(Text(FinalizerSteps.Remove("u", ["a", F, F], F)), Is.EqualTo("""[{"op":"test","path":"/metadata/uid","value":"u"},{"op":"test","path":"/metadata/finalizers/1","value":"external-attacher/d"},{"op":"remove","path":"/metadata/finalizers/1"}]"""));

    [Test]
    public void Preparing_writes_what_is_missing()
    {
        Assert.That(Text(AttachmentPatch.Prepare(Of(), F, "n")), Is.EqualTo("""{"metadata":{"uid":"u","annotations":{"csi.alpha.kubernetes.io/node-id":"n"},"resourceVersion":"7","finalizers":["external-attacher/d"]}}"""));
        Assert.That(Text(AttachmentPatch.Prepare(Of(finalizers: ["a"], nodeId: "n"), F, "n")), Is.EqualTo("""{"metadata":{"uid":"u","resourceVersion":"7","finalizers":["a","external-attacher/d"]}}"""));
        Assert.That(Text(AttachmentPatch.Prepare(Of(finalizers: [F], nodeId: "old"), F, "n")), Is.EqualTo("""{"metadata":{"uid":"u","annotations":{"csi.alpha.kubernetes.io/node-id":"n"}}}"""));
        Assert.That(AttachmentPatch.Prepare(Of(finalizers: [F], nodeId: "n"), F, "n"), Is.Null);
    }

    [Test]
    public void Releasing_leaves_the_finalizers_of_others()
    {
        Assert.That(Text(AttachmentPatch.Release(Of(finalizers: [F]), F)), Is.EqualTo("""{"metadata":{"uid":"u","resourceVersion":"7","finalizers":null}}"""));
        Assert.That(Text(AttachmentPatch.Release(Of(finalizers: ["a", F, "b"]), F)), Is.EqualTo("""{"metadata":{"uid":"u","resourceVersion":"7","finalizers":["a","b"]}}"""));
    }

    [Test]
    public void Attached_writes_only_what_differs()
    {
        var none = new Dictionary<string, string>();
        var two = new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" };
        Assert.That(Status(AttachmentPatch.Attached(Of(), none)), Is.EqualTo("""{"attached":true}"""));
        Assert.That(Status(AttachmentPatch.Attached(Of(), two)), Is.EqualTo("""{"attached":true,"attachmentMetadata":{"a":"1","b":"2"}}"""));
        Assert.That(Status(AttachmentPatch.Attached(Of(attached: true, metadata: [("a", "0"), ("b", "2"), ("c", "3")]), two)), Is.EqualTo("""{"attachmentMetadata":{"a":"1","c":null}}"""));
        Assert.That(Status(AttachmentPatch.Attached(Of(attached: true, metadata: [("a", "1")]), none)), Is.EqualTo("""{"attachmentMetadata":null}"""));
        Assert.That(Status(AttachmentPatch.Attached(Of(attachError: new("old", 8)), none)), Is.EqualTo("""{"attached":true,"attachError":null}"""));
        Assert.That(AttachmentPatch.Attached(Of(attached: true, metadata: [("b", "2"), ("a", "1")]), two), Is.Null);
    }

    [Test]
    public void Detached_writes_only_what_is_there()
    {
        Assert.That(Status(AttachmentPatch.Detached(Of(attached: true))), Is.EqualTo("""{"attached":false}"""));
        Assert.That(Status(AttachmentPatch.Detached(Of(attached: true, metadata: [("a", "1")], detachError: new("x", null)))), Is.EqualTo("""{"attached":false,"attachmentMetadata":null,"detachError":null}"""));
        Assert.That(AttachmentPatch.Detached(Of()), Is.Null);
    }

    [Test]
    public void An_error_is_written_when_it_says_something_new()
    {
        Assert.That(Status(AttachmentPatch.AttachFailed(Of(), new("m", 8), s_at)), Is.EqualTo("""{"attachError":{"message":"m","time":"2026-01-02T02:04:05Z","errorCode":8}}"""));
        Assert.That(Status(AttachmentPatch.AttachFailed(Of(attachError: new("m", 8)), new("n", 8), s_at)), Is.EqualTo("""{"attachError":{"message":"n","time":"2026-01-02T02:04:05Z"}}"""));
        Assert.That(Status(AttachmentPatch.AttachFailed(Of(attachError: new("m", 8)), new("m", null), s_at)), Is.EqualTo("""{"attachError":{"time":"2026-01-02T02:04:05Z","errorCode":null}}"""));
        Assert.That(AttachmentPatch.AttachFailed(Of(attachError: new("m", 8)), new("m", 8), s_at), Is.Null);
        Assert.That(Status(AttachmentPatch.DetachFailed(Of(), new("m", null), s_at)), Is.EqualTo("""{"detachError":{"message":"m","time":"2026-01-02T02:04:05Z"}}"""));
        Assert.That(AttachmentPatch.DetachFailed(Of(detachError: new("m", null)), new("m", null), s_at), Is.Null);
    }

    private static VolumeAttachment Of(
        string[]? finalizers = null, string? nodeId = null, bool attached = false, (string, string)[]? metadata = null, AttachmentFault? attachError = null, AttachmentFault? detachError = null) => new()
    {
        Metadata = new ObjectMeta
        {
            Name = "va", Uid = "u", ResourceVersion = 7, Finalizers = finalizers,
            Annotations = nodeId is null ? null : StringMap.From([new("csi.alpha.kubernetes.io/node-id", nodeId)]),
        },
        Status = new AttachmentStatus
        {
            Attached = attached, AttachError = attachError, DetachError = detachError,
            AttachmentMetadata = metadata is null ? null : StringMap.From(metadata.Select(m => new KeyValuePair<string, string>(m.Item1, m.Item2))),
        },
    };

    private static string Text(ReadOnlyMemory<byte>? body) => Encoding.UTF8.GetString(body!.Value.Span);

    /// <summary>The status part; the uid stands before every one of them.</summary>
    private static string Status(ReadOnlyMemory<byte>? body)
    {
        const string before = """{"metadata":{"uid":"u"},"status":""";
        var text = Text(body);
        Assert.That(text, Does.StartWith(before));
        return text[before.Length..^1];
    }
}
