using System.Text.Json;
using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Patches;

namespace Sidecars.SnapshotController.Groups;

/// <summary>Patches of the members of a group.</summary>
internal static class MemberPatch
{
    /// <summary>
    /// What the driver said of the member when it took the group; null where that stands there. What came later, by another answer of the driver,
    /// is not taken back. Of a group that was taken anew all is said anew, and that it is not ready.
    /// </summary>
    public static ReadOnlyMemory<byte>? Taken(VolumeSnapshotContent member, SnapshotInfo info, string groupHandle)
    {
        if (member.Status is { SnapshotHandle.Length: > 0 } && member.Status.VolumeGroupSnapshotHandle == groupHandle) return null;
        var isAnother = member.Status is { VolumeGroupSnapshotHandle.Length: > 0 };
        return MergePatch.Guarded(member, rest: json =>
        {
            json.WriteStartObject("status");
            json.WriteString("snapshotHandle", info.SnapshotHandle);
            json.WriteString("volumeGroupSnapshotHandle", groupHandle);
            if (info.CreationTime is { } time) json.WriteNumber("creationTime", time);
            else if (isAnother) json.WriteNull("creationTime");
            if (info.RestoreSize is { } size) json.WriteNumber("restoreSize", size);
            else if (isAnother) json.WriteNull("restoreSize");
            if (isAnother) json.WriteBoolean("readyToUse", false);
            else if (info.ReadyToUse is { } ready) json.WriteBoolean("readyToUse", ready);
            json.WriteEndObject();
        });
    }

    /// <summary>Whether a member, or its content, can be used.</summary>
    public static ReadOnlyMemory<byte> Ready(KubeObject member, bool isReady) => MergePatch.Guarded(member, rest: json =>
    {
        json.WriteStartObject("status");
        json.WriteBoolean("readyToUse", isReady);
        json.WriteEndObject();
    });

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
