using Sidecars.Hosting;
using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Classes;
using Sidecars.SnapshotController.Patches;
using Sidecars.SnapshotController.Placement;
using Sidecars.SnapshotController.Secrets;
using Sidecars.SnapshotController.Snapshots;
using Sidecars.SnapshotController.Sources;
using Sidecars.SnapshotController.Telling;

namespace Sidecars.SnapshotController.Contents;

/// <summary>
/// Plans the content of a snapshot of a claim from what is known of the cluster (snapshot controller contract 4.5). Nothing is written before the
/// plan stands: a snapshot that cannot be taken touches neither its claim nor any driver.
/// </summary>
internal sealed class ContentPlanner(Caches caches, ContentPlacement placement, SnapshotControllerOptions options)
{
    public const string CreationFailed = "SnapshotContentCreationFailed";

    public ContentPlan Plan(VolumeSnapshot snapshot)
    {
        var (snapshotClass, defaultClass, failure) = ClassOf(snapshot);
        if (snapshotClass is null) return failure!;
        if (SnapshotState.ClaimOf(snapshot) is not { } key) return Input(snapshot, "the PVC name is not specified in snapshot " + snapshot.Key);
        if (caches.Claims.Find(key) is not { } claim)
        {
            return Failed($"snapshot controller failed to update {snapshot.Name} on API server: cannot get claim from snapshot",
                $"PersistentVolumeClaim {key} does not exist: make it, or delete this snapshot");
        }
        if (claim.IsBeingDeleted && !claim.HasFinalizer(WellKnown.ClaimFinalizer))
        {
            return Failed($"snapshot controller failed to update {snapshot.Name} on API server: "
                + $"cannot add finalizer on claim {key} because it is being deleted",
                "a snapshot has to be begun before its claim is deleted: delete this snapshot, too");
        }
        if (snapshot.Status?.CreationTime is { } taken && claim.Metadata.CreationTimestamp is { } made && made > taken)
        {
            return new Failure("SnapshotContentMissing",
                $"VolumeSnapshotContent is missing, and the snapshot is not taken anew: it was taken at {MergePatch.Text(taken)}, "
                + $"and PersistentVolumeClaim {key} was made at {MergePatch.Text(made)}, so that it is another volume's")
            {
                Advice = "have the administrator restore the content, or delete this snapshot",
            };
        }
        var (volume, error) = SourceVolumes.Of(caches, claim, "snapshot");
        if (volume is null) return Input(snapshot, error!);
        if (volume.Spec.Csi is not { VolumeHandle: { Length: > 0 } handle } csi)
            return Failed($"cannot find CSI PersistentVolumeSource for volume {volume.Name}", "only volumes of CSI drivers can be snapshotted");
        if (csi.Driver != snapshotClass.Driver)
        {
            return Failed($"VolumeSnapshotClass {snapshotClass.Name} is of driver {snapshotClass.Driver}, "
                + $"and volume {volume.Name} of PersistentVolumeClaim {key} is of driver {csi.Driver}",
                $"name a class of driver {csi.Driver}");
        }
        var name = ContentNames.OfUid(snapshot.Uid);
        var (secret, secretError) = SecretTemplate.Resolve(SecretKeys.OfSnapshots, snapshotClass.Parameters, name, snapshot.Key);
        if (secretError is not null) return Input(snapshot, $"failed to get secret of VolumeSnapshotClass {snapshotClass.Name}: {secretError}");

        return new ContentPlan(Compose(snapshot, snapshotClass, volume, handle, name, secret), claim, defaultClass, null);
    }

    /// <summary>The class that the snapshot names, or the default one of its volume's driver, with its name then.</summary>
    private (VolumeSnapshotClass? Class, string? Default, Failure? Failure) ClassOf(VolumeSnapshot snapshot)
    {
        if (snapshot.Spec.VolumeSnapshotClassName is { } name)
            return caches.FindClass(name) is { } named ? (named, null, null) : (null, null, ClassMissing(name));

        var (driver, error, advice) = DriverOf(snapshot);
        if (driver is null) return (null, null, NoDefault(error!, advice));
        (var chosen, error, advice) = DefaultClasses.Choose(caches.Classes.Snapshot(), driver, WellKnown.DefaultClass, "snapshot");
        return chosen is null ? (null, null, NoDefault(error!, advice)) : (chosen, chosen.Name, null);
    }

    public static Failure ClassMissing(string name) => new("GetSnapshotClassFailed",
        $"Failed to get snapshot class with error volumesnapshotclass.snapshot.storage.k8s.io {GoQuote.Quote(name)} not found", ClearsReady: false)
        {
            Advice = "name a class that exists in the spec, or have the administrator make it",
        };

    private (string? Driver, string? Error, string? Advice) DriverOf(VolumeSnapshot snapshot)
    {
        if (SnapshotState.ClaimOf(snapshot) is not { } key) return (null, $"the PVC name is not specified in snapshot {snapshot.Key}", null);
        if (caches.Claims.Find(key) is not { } claim) return (null, SourceVolumes.Missing(key), "make the claim, or delete this snapshot");
        var (volume, error) = SourceVolumes.Of(caches, claim, "snapshot");
        if (volume is null) return (null, error, null);
        return volume.Spec.Csi?.Driver is { Length: > 0 } driver ? (driver, null, null)
            : (null, $"snapshotting non-CSI volumes is not supported, snapshot {snapshot.Key}, volume {volume.Name}", null);
    }

    private VolumeSnapshotContent Compose(VolumeSnapshot snapshot, VolumeSnapshotClass by, PersistentVolume volume, string handle, string name,
        SecretReference? secret)
    {
        var node = placement.NodeOf(volume);
        return new VolumeSnapshotContent
        {
            ApiVersion = WellKnown.SnapshotApi,
            Kind = WellKnown.ContentKind,
            Metadata = new ObjectMeta
            {
                Name = name,
                Labels = node is null ? null : StringMap.From([new(WellKnown.ManagedBy, node)]),
                Annotations = SecretAnnotations(secret, WellKnown.SecretName, WellKnown.SecretNamespace),
                Finalizers = [WellKnown.ContentFinalizer],
            },
            Spec = new SnapshotContentSpec
            {
                VolumeSnapshotRef = SnapshotState.Reference(snapshot),
                Source = new SnapshotContentSource { VolumeHandle = handle },
                VolumeSnapshotClassName = by.Name,
                DeletionPolicy = by.DeletionPolicy,
                Driver = by.Driver,
                SourceVolumeMode = options.NotesVolumeMode ? volume.Spec.VolumeMode : null,
            },
        };
    }

    public static StringMap? SecretAnnotations(SecretReference? secret, string nameKey, string namespaceKey,
        params IEnumerable<KeyValuePair<string, string>> more)
    {
        List<KeyValuePair<string, string>> all = [.. more];
        if (secret is { Name: { } name, Namespace: { } ns }) all.AddRange([new(nameKey, name), new(namespaceKey, ns)]);
        return all.Count is 0 ? null : StringMap.From(all);
    }

    private static Failure Failed(string error, string? advice = null) =>
        new(CreationFailed, $"Failed to create snapshot content with error {error}") { Advice = advice };

    private static Failure Input(VolumeSnapshot snapshot, string error) =>
        Failed($"failed to get input parameters to create snapshot {snapshot.Name}: {GoQuote.Quote(error)}");

    private static Failure NoDefault(string error, string? advice) =>
        new("SetDefaultSnapshotClassFailed", $"Failed to set default snapshot class with error {error}", ClearsReady: false) { Advice = advice };
}
