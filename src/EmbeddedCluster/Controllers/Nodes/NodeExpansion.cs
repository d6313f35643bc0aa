using System.Text.Json.Nodes;
using Grpc.Core;
using Sidecars.Csi;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>
/// Ends the growth of the claims of running pods: where the controller has made a volume larger and a node has to follow, the driver is asked on
/// this node, and the claim shows what became of it, as a kubelet shows it. What the node cannot do is the controller's again.
/// </summary>
internal sealed class NodeExpansion(ControllerContext context, VolumeMounting mounting, DriverClients drivers, VolumeUse uses)
{
    private const string Component = "kubelet";
    private const string Pending = "NodeResizePending";
    private const string InProgress = "NodeResizeInProgress";
    private const string Infeasible = "NodeResizeInfeasible";
    private const string NodeError = "NodeResizeError";

    private static readonly string[] s_resizeConditions = ["Resizing", "FileSystemResizePending", "ControllerResizeError", NodeError];

    public async ValueTask<Outcome> Reconcile(StoredObject pod, CancellationToken stop)
    {
        var result = Outcome.Done;
        foreach (var claimName in PodVolumes.ClaimNames(pod))
        {
            if (context.Storage.Get("persistentvolumeclaims", pod.Namespace, claimName).Object is not { } claim || !Waits(claim)) continue;
            var volume = uses.Of(pod.Uid).FirstOrDefault(used => used.Stored.Name == new Claim(claim).VolumeName);
            if (volume.Stored is null || drivers.Find(volume.Driver) is not { ExpandsOnNode: true } driver) continue;
            var outcome = await Expand(pod, claim, volume, driver, stop);
            if (outcome != Outcome.Done) result = outcome;
        }
        return result;
    }

    /// <summary>Whether it is the node's turn. An API server without states says so by the condition alone.</summary>
    private static bool Waits(StoredObject claim) => StateOf(claim) switch
    {
        Pending or InProgress => true,
        "" => claim.Root.Items("status", "conditions").Any(c => c.Text("type") == "FileSystemResizePending" && c.Text("status") == "True"),
        _ => false,
    };

    private async Task<Outcome> Expand(StoredObject pod, StoredObject claim, Volume volume, DriverClient driver, CancellationToken stop)
    {
        var allocated = claim.Root.Text("status", "allocatedResources", "storage");
        var size = allocated.Length > 0 ? claim.Root.Quantity("status", "allocatedResources", "storage") : CurrentSize(volume);
        if (StateOf(claim) == Pending)
        {
            var begun = Write(claim, status => SetState(status, InProgress));
            if (!begun.IsOk) return Outcome.Of(begun);
            claim = begun.Object;
        }
        if (await mounting.Expand(pod, volume, driver, size.Value, stop) is { } error) return Refused(pod, claim, volume, error);
        var ended = Write(claim, status =>
        {
            status.Child("capacity")["storage"] = size.ToString();
            SetState(status, null);
            SetConditions(status, type => !s_resizeConditions.Contains(type), null);
        });
        if (!ended.IsOk) return Outcome.Of(ended);
        context.Events.Normal(ended.Object, Component, "FileSystemResizeSuccessful", $"MountVolume.NodeExpandVolume succeeded for volume \"{volume.Stored.Name}\"");
        return Outcome.Done;
    }

    private Outcome Refused(StoredObject pod, StoredObject claim, Volume volume, CsiError error)
    {
        var isInfeasible = error.Code is StatusCode.InvalidArgument or StatusCode.OutOfRange or StatusCode.NotFound;
        context.Events.Warning(pod, Component, "VolumeResizeFailed", $"NodeExpandVolume failed for volume \"{volume.Stored.Name}\" : {error.Text}");
        if (error.IsFinal && StateOf(claim).Length > 0)
        {
            var shown = Write(claim, status =>
            {
                if (isInfeasible) SetState(status, Infeasible);
                SetConditions(status, type => type != NodeError, new JsonObject
                {
                    ["type"] = NodeError, ["status"] = "True", ["lastTransitionTime"] = context.Now, ["message"] = $"failed to expand pvc with {error.Text}",
                });
            });
            if (!shown.IsOk) return Outcome.Of(shown);
        }
        return isInfeasible ? Outcome.Done : Outcome.Retry(error.Text);
    }

    /// <summary>The size of the volume as it is now; what was mounted may have been smaller.</summary>
    private Quantity CurrentSize(Volume volume) =>
        context.Storage.Get("persistentvolumes", null, volume.Stored.Name).Object is { } now ? new Volume(now).Capacity : volume.Capacity;

    private static string StateOf(StoredObject claim) => claim.Root.Text("status", "allocatedResourceStatuses", "storage");

    private StoreResult Write(StoredObject claim, Action<JsonObject> change)
    {
        var content = claim.ToJson();
        change(content.Child("status"));
        return context.Storage.UpdateStatus("persistentvolumeclaims", content);
    }

    private static void SetState(JsonObject status, string? state)
    {
        var states = status.Child("allocatedResourceStatuses");
        if (state is null) states.Remove("storage");
        else states["storage"] = state;
        if (states.Count is 0) status.Remove("allocatedResourceStatuses");
    }

    private static void SetConditions(JsonObject status, Func<string, bool> keeps, JsonObject? added)
    {
        List<JsonNode?> kept = [.. status.Array("conditions").Objects().Where(c => keeps(c.Text("type") ?? "")).Select(c => c.DeepClone())];
        if (added is not null) kept.Add(added);
        if (kept.Count is 0) status.Remove("conditions");
        else status["conditions"] = new JsonArray([.. kept]);
    }
}
