using System.Text.Json.Nodes;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalProvisioner.Tests;

/// <summary>
/// A claim for a test: of class "fast", 1Gi, ReadWriteOnce, and handed to the scripted driver as a cluster's volume controller does, unless it says
/// otherwise.
/// </summary>
internal sealed record TestClaim(string Name = "claim")
{
    public const string Namespace = "default";

    private string? Class { get; init; } = "fast";
    private string Size { get; init; } = "1Gi";
    private string[] Modes { get; init; } = ["ReadWriteOnce"];
    private string[] Finalizers { get; init; } = [];
    private IReadOnlyList<(string Key, string Value)> Annotations { get; init; } =
        [("volume.kubernetes.io/storage-provisioner", ScriptedDriverOptions.DefaultName)];
    private IReadOnlyList<(string Field, JsonNode Value)> Fields { get; init; } = [];

    public TestClaim OfClass(string? name) => this with { Class = name };

    public TestClaim Sized(string size) => this with { Size = size };

    public TestClaim Accessed(params string[] modes) => this with { Modes = modes };

    public TestClaim Raw() => Specified("volumeMode", "Block");

    public TestClaim Annotated(string key, string value) => this with { Annotations = [.. Annotations, (key, value)] };

    public TestClaim OnNode(string node) => Annotated("volume.kubernetes.io/selected-node", node);

    /// <summary>Without the annotation that hands a claim to a provisioner: the cluster's own controllers are to set it.</summary>
    public TestClaim Unassigned() => this with { Annotations = [] };

    public TestClaim Held(params string[] finalizers) => this with { Finalizers = finalizers };

    public TestClaim BoundTo(string volume) => Specified("volumeName", volume);

    /// <summary>Sets any field of the spec, given as JSON or as a text.</summary>
    public TestClaim Specified(string field, JsonNode value) => this with { Fields = [.. Fields, (field, value)] };

    public JsonObject ToJson()
    {
        var annotations = new JsonObject();
        foreach (var (key, value) in Annotations) annotations[key] = value;
        var spec = new JsonObject
        {
            ["accessModes"] = new JsonArray([.. Modes.Select(m => JsonValue.Create(m))]),
            ["resources"] = new JsonObject { ["requests"] = new JsonObject { ["storage"] = Size } },
        };
        if (Class is not null) spec["storageClassName"] = Class;
        foreach (var (field, value) in Fields) spec[field] = value.DeepClone();
        var metadata = new JsonObject { ["name"] = Name, ["namespace"] = Namespace, ["annotations"] = annotations };
        if (Finalizers.Length > 0) metadata["finalizers"] = new JsonArray([.. Finalizers.Select(f => JsonValue.Create(f))]);
        return new JsonObject { ["metadata"] = metadata, ["spec"] = spec };
    }
}
