using System.Text.Json.Nodes;
using Sidecars.ExternalSnapshotter.Contents;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalSnapshotter.Tests;

/// <summary>
/// A VolumeSnapshotContent for a test: of volume "handle" at the scripted driver by class "snap" with policy Delete, bound to snapshot "s" in
/// "default" with uid "u", with the finalizer, and untouched, unless it says otherwise.
/// </summary>
internal sealed record TestContent(string Name = "c")
{
    public const string Uid = "0b5e3f7a-1111-2222-3333-444455556666";

    private string Driver { get; init; } = ScriptedDriverOptions.DefaultName;
    private string Policy { get; init; } = "Delete";
    private string? Class { get; init; } = "snap";
    private JsonObject Source { get; init; } = new() { ["volumeHandle"] = "handle" };
    private string? RefUid { get; init; } = Uid;
    private string[] Finalizers { get; init; } = [ContentKeys.OfSingle.Finalizer];
    private IReadOnlyList<(string Key, string Value)> Annotations { get; init; } = [];
    private JsonObject Labels { get; init; } = [];
    public JsonObject? Status { get; private init; }

    public static TestContent Given(string handle = "old") => new TestContent() with { Source = new JsonObject { ["snapshotHandle"] = handle } };

    public TestContent By(string driver) => this with { Driver = driver };

    public TestContent Retained() => this with { Policy = "Retain" };

    public TestContent Of(string volume) => this with { Source = new JsonObject { ["volumeHandle"] = volume } };

    public TestContent WithoutSource() => this with { Source = [] };

    public TestContent OfClass(string? name) => this with { Class = name };

    public TestContent Unbound() => this with { RefUid = null };

    public TestContent BoundTo(string uid) => this with { RefUid = uid };

    public TestContent Held(params string[] finalizers) => this with { Finalizers = finalizers };

    public TestContent Annotated(string key, string value) => this with { Annotations = [.. Annotations, (key, value)] };

    public TestContent Labelled(string key, string value) => this with { Labels = new JsonObject { [key] = value } };

    public TestContent BeingCreated() => Annotated(ContentKeys.OfSingle.BeingCreated, "yes");

    public TestContent BeingDeleted() => Annotated(ContentKeys.OfSingle.BeingDeleted, "yes");

    public TestContent Member() => Annotated(WellKnown.MemberAnnotation, "group");

    public TestContent WithSecret(string name = "s", string ns = "default") =>
        Annotated(ContentKeys.OfSingle.SecretName, name).Annotated(ContentKeys.OfSingle.SecretNamespace, ns);

    public TestContent InState(string status) => this with { Status = JsonNode.Parse(status)!.AsObject() };

    public TestContent Ready() => InState("""{"snapshotHandle":"x","readyToUse":true,"creationTime":1767225600000000000,"restoreSize":1024}""");

    public JsonObject ToJson()
    {
        var annotations = new JsonObject();
        foreach (var (key, value) in Annotations) annotations[key] = value;
        var metadata = new JsonObject { ["name"] = Name, ["annotations"] = annotations, ["labels"] = Labels.DeepClone() };
        if (Finalizers.Length > 0) metadata["finalizers"] = new JsonArray([.. Finalizers.Select(f => JsonValue.Create(f))]);
        var reference = new JsonObject { ["kind"] = "VolumeSnapshot", ["apiVersion"] = "snapshot.storage.k8s.io/v1", ["name"] = "s",
            ["namespace"] = "default" };
        if (RefUid is not null) reference["uid"] = RefUid;
        var spec = new JsonObject
        {
            ["driver"] = Driver, ["deletionPolicy"] = Policy, ["source"] = Source.DeepClone(), ["volumeSnapshotRef"] = reference,
            ["sourceVolumeMode"] = "Filesystem",
        };
        if (Class is not null) spec["volumeSnapshotClassName"] = Class;
        return new JsonObject { ["apiVersion"] = "snapshot.storage.k8s.io/v1", ["kind"] = "VolumeSnapshotContent", ["metadata"] = metadata,
            ["spec"] = spec };
    }
}
