using System.Text.Json.Nodes;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalAttacher.Tests;

/// <summary>A PersistentVolume for a test: of the scripted driver, ReadWriteMany, unmarked, unless it says otherwise. Its handle is "handle-" and its name.</summary>
internal sealed record TestVolume(string Name = "pv")
{
    public const string OurFinalizer = "external-attacher/csi-example-com";

    private string[] Modes { get; init; } = ["ReadWriteMany"];
    private string[] Finalizers { get; init; } = [];
    private JsonObject Csi { get; init; } = new() { ["driver"] = ScriptedDriverOptions.DefaultName };
    private IReadOnlyList<(string Field, JsonNode Value)> Fields { get; init; } = [];
    private JsonObject Labels { get; init; } = [];
    private JsonObject Annotations { get; init; } = [];
    private bool HasCsi { get; init; } = true;

    public string Handle => $"handle-{Name}";

    public TestVolume Accessed(params string[] modes) => this with { Modes = modes };

    public TestVolume Held(params string[] finalizers) => this with { Finalizers = finalizers };

    public TestVolume Marked() => Held(OurFinalizer);

    public TestVolume With(string field, JsonNode value) => this with { Fields = [.. Fields, (field, value)] };

    public TestVolume WithCsi(string field, JsonNode value)
    {
        var csi = Csi.DeepClone().AsObject();
        csi[field] = value;
        return this with { Csi = csi };
    }

    public TestVolume WithSecret(string name) =>
        WithCsi("controllerPublishSecretRef", new JsonObject { ["name"] = name, ["namespace"] = "default" });

    public TestVolume Labelled(string key, string value) => this with { Labels = new JsonObject { [key] = value } };

    public TestVolume Annotated(string key, string value) => this with { Annotations = new JsonObject { [key] = value } };

    /// <summary>With a source of another kind than CSI.</summary>
    public TestVolume From(string source, string json) => (this with { HasCsi = false }).With(source, JsonNode.Parse(json)!);

    /// <summary>The spec alone, as it stands in an inline attachment.</summary>
    public JsonObject Spec()
    {
        var spec = new JsonObject { ["accessModes"] = new JsonArray([.. Modes.Select(m => JsonValue.Create(m))]) };
        if (HasCsi)
        {
            var csi = Csi.DeepClone().AsObject();
            csi["volumeHandle"] = Handle;
            spec["csi"] = csi;
        }
        foreach (var (field, value) in Fields) spec[field] = value.DeepClone();
        return spec;
    }

    public JsonObject ToJson()
    {
        var spec = Spec();
        spec["capacity"] = new JsonObject { ["storage"] = "1Gi" };
        spec["persistentVolumeReclaimPolicy"] = "Retain";
        var metadata = new JsonObject { ["name"] = Name, ["labels"] = Labels.DeepClone(), ["annotations"] = Annotations.DeepClone() };
        if (Finalizers.Length > 0) metadata["finalizers"] = new JsonArray([.. Finalizers.Select(f => JsonValue.Create(f))]);
        return new JsonObject { ["metadata"] = metadata, ["spec"] = spec };
    }
}
