using Sidecars.Kubernetes.Rights;

namespace Sidecars.ExternalAttacher;

/// <summary>What csi-attacher needs to be allowed (charts contract 3.2). A driver that does not attach needs the attachments alone.</summary>
internal static class AttacherRights
{
    private const string Storage = "storage.k8s.io";
    private const string Feature = "attaching of volumes";

    public static IEnumerable<RequiredRight> All { get; } =
    [
        new(Feature, Storage, "volumeattachments", [.. RequiredRight.Reading, "patch"]),
        new(Feature, Storage, "volumeattachments/status", "patch"),
        new(Feature, "", "persistentvolumes", [.. RequiredRight.Reading, "patch"]),
        new(Feature, Storage, "csinodes", RequiredRight.Reading),
        SharedRights.Events,
    ];
}
