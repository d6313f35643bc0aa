using Sidecars.Hosting;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Watching;
using Sidecars.SnapshotController.Classes;
using Sidecars.SnapshotController.Contents;
using Sidecars.SnapshotController.Patches;
using Sidecars.SnapshotController.Secrets;
using Sidecars.SnapshotController.Sources;
using Sidecars.SnapshotController.Telling;

namespace Sidecars.SnapshotController.Groups;

/// <summary>
/// Plans the content of a group from the claims its selector selects (snapshot controller contract 10.2 and 10.3). Nothing is written before the
/// plan stands. What is known of claims is enough to refuse; which claims are taken, the server itself has to say: one that is left out of a group is
/// missed when the group is restored.
/// </summary>
internal sealed class GroupPlanner(Caches caches, GroupObjects objects, ApiClient api)
{
    public const string CreationFailed = "GroupSnapshotContentCreationFailed";

    /// <summary>The plan by what is known of claims.</summary>
    public GroupPlan Plan(VolumeGroupSnapshot group) => Plan(group, caches.ClaimsByNamespace!.All(group.Metadata.Namespace ?? ""));

    /// <summary>The plan by the claims that the server has; or why it does not say.</summary>
    public async Task<(GroupPlan? Plan, GroupProblem? Problem)> PlanByServer(VolumeGroupSnapshot group, CancellationToken stop)
    {
        var selector = group.Spec.Source!.Selector!;
        var (claims, odd) = (new List<PersistentVolumeClaim>(), (UnreadableObject?)null);
        var list = new FullList<PersistentVolumeClaim>(api, Resources.PersistentVolumeClaims, group.Metadata.Namespace);
        var failure = await list.ForEach(listed =>
        {
            if (listed.Readable is { } claim) claims.Add(claim);
            else if (listed.Part is not { Metadata.Labels: { } labels } || LabelSelectors.Selects(selector, labels)) odd = listed.Unreadable;
        }, stop);
        if (failure is not null)
        {
            var what = $"the claims of namespace {group.Metadata.Namespace} cannot be listed for VolumeGroupSnapshot {group.Key}";
            return (null, new GroupProblem(what, failure));
        }
        return odd is null ? (Plan(group, claims), null) : (null, new GroupProblem(
            $"PersistentVolumeClaim {odd.Key} may belong to VolumeGroupSnapshot {group.Key} and cannot be read: {odd.What}; correct it"));
    }

    private GroupPlan Plan(VolumeGroupSnapshot group, IReadOnlyCollection<PersistentVolumeClaim> all)
    {
        var className = group.Spec.VolumeGroupSnapshotClassName;
        VolumeGroupSnapshotClass? by = null;
        if (className is not null)
        {
            by = objects.Classes.Find(new ObjectKey(null, className));
            if (by is null) return ClassMissing(className);
        }
        if (Younger(group, all) is { } younger) return NotAnew(group, younger);
        var (volumes, error) = VolumesOf(group, all);
        if (by is null)
        {
            var driver = volumes is [var first, ..] ? first.Spec.Csi?.Driver : null;
            if (driver is null) return NoDefault(error ?? "snapshotting non-CSI volumes is not supported", null);
            (by, var problem, var advice) = DefaultClasses.Choose(objects.Classes.Snapshot(), driver, WellKnown.DefaultGroupClass, "group snapshot");
            if (by is null) return NoDefault(problem!, advice);
        }
        if (volumes is null) return Input(group, error!);

        foreach (var volume in volumes)
        {
            if (volume.Spec.Csi is not { VolumeHandle.Length: > 0 } csi)
            {
                return Refused($"cannot snapshot a non-CSI volume {volume.Name}; only volumes of CSI drivers can be snapshotted, "
                    + "choose a selector without its claim");
            }
            if (csi.Driver != by.Driver)
            {
                return Refused($"Volume CSI driver ({csi.Driver}) mismatch with VolumeGroupSnapshotClass ({by.Driver}) {by.Name} "
                    + $"for volume {volume.Name}; all volumes of a group have to be of the driver of its class");
            }
        }
        var name = ContentNames.OfGroup(group.Uid);
        var (secret, secretError) = SecretTemplate.Resolve(SecretKeys.OfGroups, by.Parameters, name, group.Key);
        if (secretError is not null) return Input(group, $"failed to get secret of VolumeGroupSnapshotClass {by.Name}: {secretError}");
        return new GroupPlan(Compose(group, by, volumes, name, secret), className is null ? by.Name : null, null);
    }

    public static Failure ClassMissing(string name) => new("GetGroupSnapshotClassFailed",
        $"failed to get group snapshot class with error volumegroupsnapshotclass.groupsnapshot.storage.k8s.io {GoQuote.Quote(name)} not found",
        ClearsReady: false)
    {
        Advice = "name a class that exists in the spec, or have the administrator make it",
    };

    private (IReadOnlyList<PersistentVolume>? Volumes, string? Error) VolumesOf(VolumeGroupSnapshot group, IEnumerable<PersistentVolumeClaim> all)
    {
        var selector = group.Spec.Source!.Selector!;
        if (LabelSelectors.Problem(selector) is { } problem) return (null, $"{problem}; make the group anew with another selector");
        var claims = all.Where(c => LabelSelectors.Selects(selector, c.Metadata.Labels)).OrderBy(c => c.Name, StringComparer.Ordinal).ToList();
        if (claims.Count is 0) return (null, $"label selector {LabelSelectors.Text(selector)} for group snapshot not applied to any PVC");

        var volumes = new List<PersistentVolume>(claims.Count);
        foreach (var claim in claims)
        {
            var (volume, error) = SourceVolumes.Of(caches, claim, "group snapshot");
            if (volume is null) return (null, error);
            volumes.Add(volume);
        }
        return (volumes, null);
    }

    private static VolumeGroupSnapshotContent Compose(VolumeGroupSnapshot group, VolumeGroupSnapshotClass by,
        IReadOnlyList<PersistentVolume> volumes, string name, SecretReference? secret) => new()
    {
        ApiVersion = WellKnown.GroupApi,
        Kind = WellKnown.GroupContentKind,
        Metadata = new ObjectMeta
        {
            Name = name,
            Annotations = ContentPlanner.SecretAnnotations(secret, WellKnown.GroupSecretName, WellKnown.GroupSecretNamespace),
            Finalizers = [WellKnown.GroupContentFinalizer],
        },
        Spec = new GroupContentSpec
        {
            VolumeGroupSnapshotRef = GroupSnapshotState.Reference(group),
            Source = new GroupContentSource { VolumeHandles = [.. volumes.Select(v => v.Spec.Csi!.VolumeHandle!)] },
            VolumeGroupSnapshotClassName = by.Name,
            DeletionPolicy = by.DeletionPolicy,
            Driver = by.Driver,
        },
    };

    /// <summary>A claim that was made after the group was taken, whose content has vanished since: its volume is another than the one in the
    /// group.</summary>
    private static PersistentVolumeClaim? Younger(VolumeGroupSnapshot group, IEnumerable<PersistentVolumeClaim> all)
    {
        var selector = group.Spec.Source!.Selector!;
        return group.Status?.CreationTime is { } taken && LabelSelectors.Problem(selector) is null
            ? all.FirstOrDefault(c => c.Metadata.CreationTimestamp > taken && LabelSelectors.Selects(selector, c.Metadata.Labels)) : null;
    }

    private static Failure NotAnew(VolumeGroupSnapshot group, PersistentVolumeClaim younger) => new("GroupSnapshotContentMissing",
        "VolumeGroupSnapshotContent is missing, and the group is not taken anew: it was taken at "
        + $"{MergePatch.Text(group.Status!.CreationTime!.Value)}, and PersistentVolumeClaim {younger.Key}, which its selector selects, "
        + $"was made at {MergePatch.Text(younger.Metadata.CreationTimestamp!.Value)}")
    {
        Advice = "have the administrator restore the content, or delete this group",
    };

    public static Failure Failed(string error) => new(CreationFailed, $"failed to create group snapshot content with error {error}");

    private static Failure Refused(string error) => Failed(error) with { MoreEvents = [("CreateGroupSnapshotContentFailed", error)] };

    private static Failure Input(VolumeGroupSnapshot group, string error) =>
        Failed($"failed to get input parameters to create group snapshot {group.Name}: {GoQuote.Quote(error)}");

    private static Failure NoDefault(string error, string? advice) =>
        new("SetDefaultGroupSnapshotClassFailed", $"Failed to set default group snapshot class with error {error}", ClearsReady: false)
        {
            Advice = advice,
        };
}
