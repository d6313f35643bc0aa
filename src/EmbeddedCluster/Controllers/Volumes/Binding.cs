using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>
/// Binds one claim to one volume in four writes, each of which may find itself done already: the volume's reference, the volume's phase,
/// the claim's reference, the claim's status. Every write carries the version it was decided on, so a lost race is noticed.
/// </summary>
internal sealed class Binding(ControllerContext context)
{
    public Outcome Bind(Volume volume, Claim claim)
    {
        var result = ReferToClaim(volume, claim);
        if (!result.IsOk) return Outcome.Of(result);
        result = SetVolumePhase(result.Object, "Bound");
        if (!result.IsOk) return Outcome.Of(result);
        volume = new Volume(result.Object);
        result = ReferToVolume(claim, volume);
        return result.IsOk ? Outcome.Of(ShowBound(result.Object, volume)) : Outcome.Of(result);
    }

    /// <summary>Sets the reason why a volume is in a phase along with it.</summary>
    public StoreResult SetVolumePhase(StoredObject volume, string phase, string message = "")
    {
        if (new Volume(volume).Phase == phase && volume.Root.Text("status", "message") == message) return volume;
        var content = volume.ToJson();
        var status = content.Child("status");
        status["phase"] = phase;
        if (message.Length > 0) status["message"] = message;
        else status.Remove("message");
        return context.Storage.UpdateStatus("persistentvolumes", content);
    }

    private StoreResult ReferToClaim(Volume volume, Claim claim)
    {
        if (volume.ClaimUid == claim.Stored.Uid) return volume.Stored;
        var content = volume.Stored.ToJson();
        if (!volume.IsClaimed) content.Metadata().Child("annotations")[WellKnown.BoundByController] = "yes";
        content.Child("spec")["claimRef"] = new JsonObject
        {
            ["kind"] = "PersistentVolumeClaim",
            ["namespace"] = claim.Stored.Namespace,
            ["name"] = claim.Stored.Name,
            ["uid"] = claim.Stored.Uid,
            ["apiVersion"] = "v1",
            ["resourceVersion"] = claim.Stored.Root.Text("metadata", "resourceVersion"),
        };
        return context.Storage.Update("persistentvolumes", content);
    }

    private StoreResult ReferToVolume(Claim claim, Volume volume)
    {
        if (claim.VolumeName == volume.Stored.Name && claim.IsBindCompleted) return claim.Stored;
        var content = claim.Stored.ToJson();
        var annotations = content.Metadata().Child("annotations");
        if (claim.VolumeName.Length == 0)
        {
            content.Child("spec")["volumeName"] = volume.Stored.Name;
            annotations[WellKnown.BoundByController] = "yes";
        }

        annotations[WellKnown.BindCompleted] = "yes";
        return context.Storage.Update("persistentvolumeclaims", content);
    }

    private StoreResult ShowBound(StoredObject claim, Volume volume)
    {
        var content = claim.ToJson();
        var status = content.Child("status");
        var before = status.ToJsonString();
        // A claim that is bound keeps the capacity it shows; growing it is the resizer's part.
        if (status.Text("phase") != "Bound" || status.Object("capacity") is null)
            status["capacity"] = new JsonObject { ["storage"] = volume.Stored.Root.Text("spec", "capacity", "storage") };
        status["phase"] = "Bound";
        status["accessModes"] = new JsonArray(
            [.. volume.Stored.Root.Texts("spec", "accessModes").Select(mode => (JsonNode)JsonValue.Create(mode))]);
        return status.ToJsonString() == before ? claim : context.Storage.UpdateStatus("persistentvolumeclaims", content);
    }
}
