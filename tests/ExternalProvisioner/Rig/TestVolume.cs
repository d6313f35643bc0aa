using System.Text.Json.Nodes;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalProvisioner.Tests;

/// <summary>
/// A PersistentVolume for a test: provisioned by the scripted driver with our finalizer, deleted when released, bound to a claim that is not looked
/// at, unless it says otherwise. Its handle is "handle-of-" and its name.
/// </summary>
internal sealed record TestVolume(string Name = "pv-1")
{
    public const string OurFinalizer = "external-provisioner.volume.kubernetes.io/finalizer";
    public const string SecretName = "volume.kubernetes.io/provisioner-deletion-secret-name";
    public const string SecretNamespace = "volume.kubernetes.io/provisioner-deletion-secret-namespace";
    private const string ProvisionedBy = "pv.kubernetes.io/provisioned-by";

    public string Phase { get; private init; } = "Bound";
    private string ReclaimPolicy { get; init; } = "Delete";
    private string ClassName { get; init; } = "fast";
    private string ClaimName { get; init; } = "former";
    private string ClaimUid { get; init; } = "11111111-2222-3333-4444-555555555555";
    private string[] Finalizers { get; init; } = [OurFinalizer];
    private IReadOnlyList<(string Key, string Value)> Annotations { get; init; } = [(ProvisionedBy, ScriptedDriverOptions.DefaultName)];
    private JsonObject Labels { get; init; } = [];
    private (string Key, string Value)? Place { get; init; }
    private JsonObject Source { get; init; } = Csi(ScriptedDriverOptions.DefaultName, "");

    public string Handle => $"handle-of-{Name}";

    public TestVolume InPhase(string phase) => this with { Phase = phase };

    public TestVolume Released() => InPhase("Released");

    public TestVolume Reclaimed(string policy) => this with { ReclaimPolicy = policy };

    public TestVolume Held(params string[] finalizers) => this with { Finalizers = finalizers };

    public TestVolume ClaimedBy(string uid, string claim = "former") => this with { ClaimUid = uid, ClaimName = claim };

    public TestVolume OfClass(string name) => this with { ClassName = name };

    public TestVolume Annotated(string key, string value) => this with { Annotations = [.. Annotations, (key, value)] };

    /// <summary>Made by hand: no provisioner is noted on it.</summary>
    public TestVolume Static() => this with { Annotations = [], Finalizers = [] };

    /// <summary>Made by another provisioner, on another driver.</summary>
    public TestVolume Foreign() => this with { Annotations = [(ProvisionedBy, "other.example.com")], Source = Csi("other.example.com", "") };

    /// <summary>Ours by its annotation, but without a CSI source.</summary>
    public TestVolume OnHostPath() => this with { Source = new JsonObject { ["hostPath"] = new JsonObject { ["path"] = "/tmp" } } };

    /// <summary>With a source of another kind than CSI.</summary>
    public TestVolume From(string source, JsonObject content) => this with { Source = new JsonObject { [source] = content } };

    /// <summary>Reached from nodes with that label alone.</summary>
    public TestVolume Near(string key, string value) => this with { Place = (key, value) };

    public TestVolume Labelled(string key, string value) => this with { Labels = new JsonObject { [key] = value } };

    public JsonObject ToJson()
    {
        var annotations = new JsonObject();
        foreach (var (key, value) in Annotations) annotations[key] = value;
        var spec = Source.DeepClone().AsObject();
        if (spec["csi"] is JsonObject csi) csi["volumeHandle"] = Handle;
        spec["accessModes"] = new JsonArray("ReadWriteOnce");
        spec["capacity"] = new JsonObject { ["storage"] = "1Gi" };
        spec["persistentVolumeReclaimPolicy"] = ReclaimPolicy;
        spec["storageClassName"] = ClassName;
        spec["claimRef"] = new JsonObject { ["namespace"] = "default", ["name"] = ClaimName, ["uid"] = ClaimUid };
        if (Place is { } place)
        {
            var expression = new JsonObject { ["key"] = place.Key, ["operator"] = "In", ["values"] = new JsonArray(place.Value) };
            var term = new JsonObject { ["matchExpressions"] = new JsonArray(expression) };
            spec["nodeAffinity"] = new JsonObject { ["required"] = new JsonObject { ["nodeSelectorTerms"] = new JsonArray(term) } };
        }
        return new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = Name,
                ["labels"] = Labels.DeepClone(),
                ["annotations"] = annotations,
                ["finalizers"] = new JsonArray([.. Finalizers.Select(f => JsonValue.Create(f))]),
            },
            ["spec"] = spec,
        };
    }

    private static JsonObject Csi(string driver, string handle) =>
        new() { ["csi"] = new JsonObject { ["driver"] = driver, ["volumeHandle"] = handle } };
}
