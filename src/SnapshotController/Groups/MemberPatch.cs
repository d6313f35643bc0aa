using System.Text.Json;
using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Patches;

namespace Sidecars.SnapshotController.Groups;

/// <summary>Patches of the members of a group.</summary>
internal static class MemberPatch
{
    /// <summary>
    /// What the driver said of the member when it took the group; null where that stands there. What came later, by another answer of the driver,
    /// is not taken back: only that it is ready is added. Of a group that was taken anew all is said anew.
    /// </summary>
    public static ReadOnlyMemory<byte>? Status(VolumeSnapshotContent member, SnapshotInfo info, string groupHandle)
    {
        var isKnown = member.Status is { SnapshotHandle.Length: > 0 } && member.Status.VolumeGroupSnapshotHandle == groupHandle;
        var isAnother = !isKnown && member.Status is { VolumeGroupSnapshotHandle.Length: > 0 };
        if (isKnown && (info.ReadyToUse is not true || member.Status!.ReadyToUse is true)) return null;
        return MergePatch.Guarded(member, rest: json =>
        {
            json.WriteStartObject("status");
            if (!isKnown)
            {
                json.WriteString("snapshotHandle", info.SnapshotHandle);
                json.WriteString("volumeGroupSnapshotHandle", groupHandle);
                if (info.CreationTime is { } time) json.WriteNumber("creationTime", time);
                else if (isAnother) json.WriteNull("creationTime");
                if (info.RestoreSize is { } size) json.WriteNumber("restoreSize", size);
                else if (isAnother) json.WriteNull("restoreSize");
            }
            if (info.ReadyToUse is { } ready) json.WriteBoolean("readyToUse", ready);
            else if (isAnother) json.WriteBoolean("readyToUse", false);
            json.WriteEndObject();
        });
    }

    public static void WriteOwner(Utf8JsonWriter json, OwnerReference owner)
    {
        json.WriteStartObject();
        json.WriteString("apiVersion", owner.ApiVersion);
        json.WriteString("kind", owner.Kind);
        json.WriteString("name", owner.Name);
        json.WriteString("uid", owner.Uid);
        if (owner.Controller is { } controls) json.WriteBoolean("controller", controls);
        if (owner.BlockOwnerDeletion is { } blocks) json.WriteBoolean("blockOwnerDeletion", blocks);
        json.WriteEndObject();
    }
}
