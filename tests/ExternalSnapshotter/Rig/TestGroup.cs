using System.Text.Json.Nodes;
using Sidecars.ExternalSnapshotter.Contents;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalSnapshotter.Tests;

/// <summary>
/// A VolumeGroupSnapshotContent for a test: of volumes "h2" and "h1" at the scripted driver by class "group" with policy Delete, bound to group "g"
/// in "default", with the finalizer, and untouched, unless it says otherwise.
/// </summary>
internal sealed record TestGroup(string Name = "gc")
{
    private string Policy { get; init; } = "Delete";
    private string? Class { get; init; } = "group";
    private JsonObject Source { get; init; } = new() { ["volumeHandles"] = new JsonArray("h2", "h1") };
    private string? RefUid { get; init; } = TestContent.Uid;
    private IReadOnlyList<(string Key, string Value)> Annotations { get; init; } = [];
    private JsonObject Labels { get; init; } = [];
    public JsonObject? Status { get; private init; }

    public static TestGroup Given(string handle = "old", params string[] snapshots) => new TestGroup() with
    {
        Source = new JsonObject
        {
            ["groupSnapshotHandles"] = new JsonObject { ["volumeGroupSnapshotHandle"] = handle,
                ["volumeSnapshotHandles"] = new JsonArray([.. snapshots.Select(s => JsonValue.Create(s))]) },
        },
    };

    public TestGroup Retained() => this with { Policy = "Retain" };

    public TestGroup OfClass(string? name) => this with { Class = name };

    public TestGroup Unbound() => this with { RefUid = null };

    public TestGroup BoundTo(string uid) => this with { RefUid = uid };

    public TestGroup Annotated(string key, string value) => this with { Annotations = [.. Annotations, (key, value)] };

    public TestGroup Labelled(string key, string value) => this with { Labels = new JsonObject { [key] = value } };

    public TestGroup BeingCreated() => Annotated(ContentKeys.OfGroup.BeingCreated, "yes");

    public TestGroup BeingDeleted() => Annotated(ContentKeys.OfGroup.BeingDeleted, "yes");

    public TestGroup WithSecret(string name = "s") =>
        Annotated(ContentKeys.OfGroup.SecretName, name).Annotated(ContentKeys.OfGroup.SecretNamespace, "default");

    public TestGroup InState(string status) => this with { Status = JsonNode.Parse(status)!.AsObject() };

    public TestGroup Ready() => InState(
        """{"volumeGroupSnapshotHandle":"g","readyToUse":true,"volumeSnapshotInfoList":[{"volumeHandle":"h1","snapshotHandle":"s1","readyToUse":true},{"volumeHandle":"h2","snapshotHandle":"s2","readyToUse":true}]}""");

    public JsonObject ToJson()
    {
        var annotations = new JsonObject();
        foreach (var (key, value) in Annotations) annotations[key] = value;
        var reference = new JsonObject { ["kind"] = "VolumeGroupSnapshot", ["apiVersion"] = "groupsnapshot.storage.k8s.io/v1", ["name"] = "g",
            ["namespace"] = "default" };
        if (RefUid is not null) reference["uid"] = RefUid;
        var spec = new JsonObject
        {
            ["driver"] = ScriptedDriverOptions.DefaultName, ["deletionPolicy"] = Policy, ["source"] = Source.DeepClone(),
            ["volumeGroupSnapshotRef"] = reference,
        };
        if (Class is not null) spec["volumeGroupSnapshotClassName"] = Class;
        return new JsonObject
        {
            ["apiVersion"] = "groupsnapshot.storage.k8s.io/v1", ["kind"] = "VolumeGroupSnapshotContent",
            ["metadata"] = new JsonObject { ["name"] = Name, ["annotations"] = annotations, ["labels"] = Labels.DeepClone(),
                ["finalizers"] = new JsonArray(ContentKeys.OfGroup.Finalizer) },
            ["spec"] = spec,
        };
    }
}
