using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>
/// Fields that a real server drops without a word while their feature gate is off, unless the stored object has them already. Gates stand as
/// in Kubernetes 1.36; a cluster's options may set them otherwise, as a server of another version would.
/// </summary>
internal sealed class FieldGates(IReadOnlyDictionary<string, bool> chosen)
{
    private const string Drivers = "csidrivers.storage.k8s.io";

    private static readonly GatedField[] s_fields =
    [
        new(Drivers, "seLinuxMount", "SELinuxMountReadWriteOncePod", IsOn: true),
        new(Drivers, "nodeAllocatableUpdatePeriodSeconds", "MutableCSINodeAllocatableCount", IsOn: true),
        new(Drivers, "serviceAccountTokenInSecrets", "CSIServiceAccountTokenSecrets", IsOn: true),
        new(Drivers, "preventPodSchedulingIfMissing", "VolumeLimitScaling", IsOn: false),
        new("persistentvolumeclaims", "dataSourceRef", "CrossNamespaceVolumeDataSource", IsOn: false, With: "namespace"),
    ];

    /// <summary>Drops what must not be in the spec of an object on its way in; <paramref name="old"/> is null for a new one.</summary>
    public void Apply(ResourceDefinition resource, JsonObject content, JsonObject? old)
    {
        foreach (var field in s_fields)
        {
            if (field.Resource != resource.GroupResource || chosen.GetValueOrDefault(field.Gate, field.IsOn)) continue;
            if (field.With is { } part && content["spec"].At(field.Name, part) is null) continue;
            if ((field.With is { } used ? old?["spec"].At(field.Name, used) : old?["spec"].At(field.Name)) is null) content["spec"]?.AsObject().Remove(field.Name);
        }
    }

    // With: the part of the field that the gate is about; the whole field goes with it.
    private sealed record GatedField(string Resource, string Name, string Gate, bool IsOn, string? With = null);
}
