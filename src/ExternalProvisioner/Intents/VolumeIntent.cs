using System.Text.Json.Nodes;
using Csi.V1;
using Sidecars.ExternalProvisioner.Claims;
using Sidecars.ExternalProvisioner.Requests;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Intents;

/// <summary>
/// What stands on a claim while the driver may be making a volume for it, so that no end of the process can forget it: the name of the
/// volume, and where it was asked to be. A finalizer keeps the claim until that is settled; both come and go in one write.
/// </summary>
/// <param name="Asked">Who was asked.</param>
/// <param name="Volume">Name of the volume, at the driver and in the cluster; empty where the text says none that could be this claim's.</param>
/// <param name="Topology">Where it was asked to be; null where nothing was said of that.</param>
internal sealed record VolumeIntent(AskedDriver Asked, string Volume, TopologyRequirement? Topology)
{
    /// <summary>Name of the finalizer, and of the annotation beside it.</summary>
    public const string Mark = "external-provisioner.volume.kubernetes.io/durable-intent";

    /// <summary>Whether it says nothing of a call: somebody took its text away or spoiled it, or wrote another claim's.</summary>
    public bool IsSpoiled => Volume.Length is 0;

    /// <summary>
    /// The intent of a driver on a claim; null where there is none. One whose text somebody took away or spoiled is that of the claim's driver and
    /// has no name and no place: both are made out anew, as for a claim without a mark. Whoever may change a claim may write one: a name that is
    /// not made of the claim's own uid would be another claim's volume, and counts as spoiled.
    /// </summary>
    public static VolumeIntent? Of(PersistentVolumeClaim claim, AskedDriver asked)
    {
        if (!claim.HasFinalizer(Mark)) return null;
        var asks = ClaimOwnership.Asks(claim, asked.Name);
        var spoiled = new VolumeIntent(asked, "", null);
        if (IntentText.Read(claim.Annotation(Mark), mayBePacked: asks) is { } noted)
            return noted.Asked != asked ? null : VolumeNaming.IsOf(noted.Volume, claim.Uid) ? noted : spoiled;
        // Of many nodes' drivers it is that of the node that has the claim.
        return asks && (asked.Node is null || ClaimOwnership.SelectedNodeOf(claim) == asked.Node) ? spoiled : null;
    }

    /// <summary>
    /// What another instance for the same driver has noted on a claim: that of another node, or one of before each node had its own. Null where
    /// there is none. Only that one can find out what became of its call.
    /// </summary>
    public static VolumeIntent? OfAnother(PersistentVolumeClaim claim, AskedDriver asked) =>
        claim.HasFinalizer(Mark) && ClaimOwnership.Asks(claim, asked.Name) && IntentText.Read(claim.Annotation(Mark)) is { } noted
        && noted.Asked.Name == asked.Name && noted.Asked != asked ? noted : null;

    /// <summary>Puts it on a claim. One that has a mark keeps its own, unless it is the spoiled one; and one that is being deleted takes none.</summary>
    /// <param name="text">The text.</param>
    /// <param name="spoiled">The text of a spoiled mark that it takes the place of, or null.</param>
    public static ObjectChange Add(string text, string? spoiled = null) => new("note the volume that is about to be made", item =>
    {
        if (item["metadata"]?["deletionTimestamp"] is not null) return false;
        var isNew = ObjectChange.AddFinalizer(Mark).Apply(item);
        if (!isNew && TextOf(item) != spoiled) return false;
        return ObjectChange.SetAnnotation(Mark, text).Apply(item) | isNew; // the text alone may have been left over
    });

    /// <summary>Takes it off a claim, if it is still the one with that text: another instance may have noted a call of its own since.</summary>
    public static ObjectChange Remove(string? text) => new("take off the note of the volume that was being made", item =>
        TextOf(item) == text && ObjectChange.RemoveAnnotation(Mark).Apply(item) | ObjectChange.RemoveFinalizer(Mark).Apply(item));

    private static string? TextOf(JsonObject item) =>
        item["metadata"]?["annotations"]?[Mark] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}

/// <summary>A driver that is asked for volumes. Where each node has one of its own, another node's knows nothing of them.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Node">The node it serves; null where it serves the cluster.</param>
internal sealed record AskedDriver(string Name, string? Node = null);
