using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Patches;

namespace Sidecars.SnapshotController.Groups;

/// <summary>Puts on a group what has to stand on it before its content is made, in one write; and nothing where it stands there.</summary>
internal sealed class GroupMarks(ObjectWriter<VolumeGroupSnapshot> writer)
{
    /// <summary>The group with its finalizer, and the class that it names from now on, if any; as the server has it.</summary>
    public async Task<ApiResult<VolumeGroupSnapshot>> Ensure(VolumeGroupSnapshot group, string? className, CancellationToken stop)
    {
        if (group.HasFinalizer(WellKnown.GroupFinalizer) && className is null) return group;
        return await writer.Patch(group, MergePatch.Guarded(group, json => json.AddFinalizers(group, WellKnown.GroupFinalizer), json =>
        {
            if (className is null) return;
            json.WriteStartObject("spec");
            json.WriteString("volumeGroupSnapshotClassName", className);
            json.WriteEndObject();
        }), null, stop);
    }
}
