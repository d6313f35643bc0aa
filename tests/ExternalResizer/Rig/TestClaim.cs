using System.Text.Json.Nodes;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalResizer.Tests;

/// <summary>A bound claim and its volume for a test: of the scripted driver, 1Gi large, asked for 2Gi, unless it says otherwise. Volume "pv-NAME", handle "handle-NAME".</summary>
internal sealed record TestClaim(string Name = "a")
{
    private string Asked { get; init; } = "2Gi";
    private string Has { get; init; } = "1Gi";
    private string VolumeHas { get; init; } = "1Gi";
    private string? Allocated { get; init; }
    private string? State { get; init; }
    private string Phase { get; init; } = "Bound";
    private string Driver { get; init; } = ScriptedDriverOptions.DefaultName;
    private string? Class { get; init; }
    private JsonObject Status { get; init; } = [];
    private JsonObject Annotations { get; init; } = [];
    private JsonObject VolumeAnnotations { get; init; } = [];
    private JsonObject Csi { get; init; } = [];
    private JsonObject Spec { get; init; } = [];
    private JsonObject? OtherSource { get; init; }
    private string? ForeignUid { get; init; }

    public string Volume => $"pv-{Name}";

    public TestClaim Asking(string size) => this with { Asked = size };

    /// <summary>Sizes in the order of the contract's scenarios: asked for, has, allocated, volume.</summary>
    public TestClaim Sized(string asked, string has, string? allocated, string volume, string? state = null) =>
        this with { Asked = asked, Has = has, Allocated = allocated, VolumeHas = volume, State = state };

    public TestClaim AtRest() => this with { Asked = "1Gi" };

    public TestClaim InPhase(string phase) => this with { Phase = phase };

    public TestClaim Of(string driver) => this with { Driver = driver };

    public TestClaim OfClass(string attributesClass) => (this with { Class = attributesClass }).AtRest();

    public TestClaim InState(string status) => this with { Status = JsonNode.Parse(status)!.AsObject() };

    public TestClaim Annotated(string key, string value) => this with { Annotations = new JsonObject { [key] = value } };

    public TestClaim VolumeAnnotated(params (string Key, string Value)[] annotations) =>
        this with { VolumeAnnotations = new JsonObject(annotations.Select(a => new KeyValuePair<string, JsonNode?>(a.Key, a.Value))) };

    public TestClaim WithSecret(string name) =>
        this with { Csi = new JsonObject { ["controllerExpandSecretRef"] = new JsonObject { ["name"] = name, ["namespace"] = "default" } } };

    public TestClaim WithCsi(string field, JsonNode value) => this with { Csi = new JsonObject { [field] = value } };

    public TestClaim WithVolume(string field, JsonNode value)
    {
        var spec = Spec.DeepClone().AsObject();
        spec[field] = value;
        return this with { Spec = spec };
    }

    /// <summary>With a source of another kind than CSI.</summary>
    public TestClaim From(string source, string json) => this with { OtherSource = new JsonObject { [source] = JsonNode.Parse(json) } };

    /// <summary>The volume says that it belongs to another incarnation of the claim.</summary>
    public TestClaim Foreign() => this with { ForeignUid = "11111111-2222-3333-4444-555555555555" };

    public JsonObject ToClaim()
    {
        var spec = new JsonObject
        {
            ["accessModes"] = new JsonArray("ReadWriteOnce"), ["volumeName"] = Volume, ["storageClassName"] = "fast",
            ["resources"] = new JsonObject { ["requests"] = new JsonObject { ["storage"] = Asked } },
        };
        if (Class is not null) spec["volumeAttributesClassName"] = Class;
        return new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = Name, ["namespace"] = "default", ["annotations"] = Annotations.DeepClone() }, ["spec"] = spec,
        };
    }

    public JsonObject ToStatus()
    {
        var status = Status.DeepClone().AsObject();
        status["phase"] = Phase;
        status["capacity"] = new JsonObject { ["storage"] = Has };
        if (Allocated is not null) status["allocatedResources"] = new JsonObject { ["storage"] = Allocated };
        if (State is not null) status["allocatedResourceStatuses"] = new JsonObject { ["storage"] = State };
        return new JsonObject { ["status"] = status };
    }

    public JsonObject ToVolume(string uid)
    {
        var spec = Spec.DeepClone().AsObject();
        spec["capacity"] = new JsonObject { ["storage"] = VolumeHas };
        spec["accessModes"] ??= new JsonArray("ReadWriteOnce");
        spec["persistentVolumeReclaimPolicy"] = "Retain";
        spec["claimRef"] = new JsonObject
        {
            ["kind"] = "PersistentVolumeClaim", ["apiVersion"] = "v1", ["namespace"] = "default", ["name"] = Name, ["uid"] = ForeignUid ?? uid,
        };
        if (OtherSource is { } other)
        {
            foreach (var (source, value) in other) spec[source] = value!.DeepClone();
        }
        else
        {
            var csi = Csi.DeepClone().AsObject();
            (csi["driver"], csi["volumeHandle"]) = (Driver, $"handle-{Name}");
            spec["csi"] = csi;
        }
        return new JsonObject { ["metadata"] = new JsonObject { ["name"] = Volume, ["annotations"] = VolumeAnnotations.DeepClone() }, ["spec"] = spec };
    }
}
