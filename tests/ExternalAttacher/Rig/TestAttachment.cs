using System.Text.Json.Nodes;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalAttacher.Tests;

/// <summary>An attachment for a test: of volume "pv" to node n1 by the scripted driver, untouched, unless it says otherwise.</summary>
internal sealed record TestAttachment(string Name = "va")
{
    private string Attacher { get; init; } = ScriptedDriverOptions.DefaultName;
    private string Node { get; init; } = "n1";
    private JsonObject Source { get; init; } = new() { ["persistentVolumeName"] = "pv" };
    private string[] Finalizers { get; init; } = [];
    private JsonObject Annotations { get; init; } = [];
    public JsonObject? Status { get; private init; }

    public TestAttachment Of(string volume) => this with { Source = new JsonObject { ["persistentVolumeName"] = volume } };

    public TestAttachment Inline(TestVolume volume) => this with { Source = new JsonObject { ["inlineVolumeSpec"] = volume.Spec() } };

    public TestAttachment To(string node) => this with { Node = node };

    public TestAttachment By(string attacher) => this with { Attacher = attacher };

    public TestAttachment Held(params string[] finalizers) => this with { Finalizers = finalizers };

    public TestAttachment Noted(string nodeId) => this with { Annotations = new JsonObject { ["csi.alpha.kubernetes.io/node-id"] = nodeId } };

    public TestAttachment InState(string status) => this with { Status = JsonNode.Parse(status)!.AsObject() };

    /// <summary>As the attacher leaves one that went well.</summary>
    public TestAttachment Attached() => Held(TestVolume.OurFinalizer).Noted("node-1").InState("""{"attached":true}""");

    public JsonObject ToJson()
    {
        var metadata = new JsonObject { ["name"] = Name, ["annotations"] = Annotations.DeepClone() };
        if (Finalizers.Length > 0) metadata["finalizers"] = new JsonArray([.. Finalizers.Select(f => JsonValue.Create(f))]);
        return new JsonObject
        {
            ["metadata"] = metadata,
            ["spec"] = new JsonObject { ["attacher"] = Attacher, ["nodeName"] = Node, ["source"] = Source.DeepClone() },
        };
    }
}
