namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>
/// The controller that brings claims and volumes together, as the one of a real cluster does: it binds, asks provisioners for volumes,
/// and follows the phases of both sides. Reclaiming a released volume is its provisioner's work, not done here.
/// </summary>
internal static class VolumeBinder
{
    public const string Component = "persistentvolume-controller";

    public static IEnumerable<ControllerLoop> Start(ControllerContext context)
    {
        var index = new VolumeIndex(context.Storage);
        var binding = new Binding(context);
        var claims = new ClaimReconciler(context, index, binding);
        var volumes = new VolumeReconciler(context);

        var claimLoop = new ControllerLoop("claim binder", context, (key, _) => new(claims.Reconcile(key)));
        var volumeLoop = new ControllerLoop("volume binder", context, (key, _) => new(volumes.Reconcile(key)));
        claimLoop
            .On("persistentvolumeclaims")
            .On("persistentvolumes", change =>
            {
                index.Apply(change);
                return ClaimsOf(context.Storage, change);
            })
            .On("storageclasses", change => PendingClaims(context.Storage, claim =>
                claim.ClassName == change.Object.Name || (DefaultClass.Is(change.Object) && DefaultClass.IsWantedBy(claim))));
        volumeLoop
            .On("persistentvolumes")
            // A real cluster finds a volume whose claim was gone before it was bound when it looks at all of them, every 15 seconds.
            .On("persistentvolumeclaims", change => new Claim(change.Object).VolumeName is { Length: > 0 } name ? [name]
                : change.Type is WatchEventType.Deleted ? index.NamesFor(ObjectKey.Of(change.Object)) : []);
        return [claimLoop, volumeLoop];
    }

    private static IEnumerable<string> ClaimsOf(Storage storage, WatchEvent change)
    {
        var volume = new Volume(change.Object);
        if (volume.IsClaimed) return [volume.ClaimKey];
        // Any waiting claim may want a volume that has just become free.
        var before = change.Previous is { } previous ? new Volume(previous).ClaimKey : "";
        var waiting = volume.Phase == "Available" ? PendingClaims(storage, _ => true) : [];
        return before.Length > 0 ? waiting.Append(before) : waiting;
    }

    private static IEnumerable<string> PendingClaims(Storage storage, Func<Claim, bool> wanted) => storage
        .List("persistentvolumeclaims").Items
        .Where(stored => new Claim(stored) is { IsBindCompleted: false } claim && wanted(claim))
        .Select(ObjectKey.Of);
}
