using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Contents;

namespace Sidecars.SnapshotController.Groups;

/// <summary>
/// What is known of groups. Their kinds may be missing in a cluster, and may come later, so that their stores are no part of those that have to be
/// complete before the work begins (see <see cref="GroupControllers"/>).
/// </summary>
internal sealed class GroupObjects
{
    private static readonly HashSet<string> s_contentAnnotations =
        [WellKnown.GroupBeingDeleted, WellKnown.GroupSecretName, WellKnown.GroupSecretNamespace];
    private static readonly HashSet<string> s_classAnnotations = [WellKnown.DefaultGroupClass];

    private volatile GroupState _state;

    public GroupObjects(bool isWanted)
    {
        _state = isWanted ? GroupState.Unknown : GroupState.Off;
        Groups.Add(Group);
        Contents.Add(Content);
        Classes.Add(Class);
        ContentsByHandle = Contents.IndexBy(c => c.Status?.VolumeGroupSnapshotHandle is { Length: > 0 } handle
            ? Caches.HandleKey(c.Spec.Driver, handle) : null);
        GroupsByContent = Groups.IndexBy(g => g.Spec.Source?.VolumeGroupSnapshotContentName);
        UnfinishedByClass = Groups.IndexBy(g => IsUnfinished(g) ? g.Spec.VolumeGroupSnapshotClassName ?? "" : null);
        UnfinishedByNamespace = Groups.IndexBy(g => IsUnfinished(g) && g.Spec.Source?.Selector is not null ? g.Metadata.Namespace : null);
    }

    public ObjectStore<VolumeGroupSnapshot> Groups { get; } = new();

    public ObjectStore<VolumeGroupSnapshotContent> Contents { get; } = new();

    public ObjectStore<VolumeGroupSnapshotClass> Classes { get; } = new();

    /// <summary>Contents by driver and the driver's name of the group.</summary>
    public ObjectIndex<VolumeGroupSnapshotContent> ContentsByHandle { get; }

    /// <summary>Groups of a content that is there already, by its name.</summary>
    public ObjectIndex<VolumeGroupSnapshot> GroupsByContent { get; }

    /// <summary>Groups that are not ready, by the name of their class; the empty name is of those that have none.</summary>
    public ObjectIndex<VolumeGroupSnapshot> UnfinishedByClass { get; }

    /// <summary>Groups of claims that are not ready, by their namespace.</summary>
    public ObjectIndex<VolumeGroupSnapshot> UnfinishedByNamespace { get; }

    public GroupState State
    {
        get => _state;
        set => _state = value;
    }

    public bool IsOn => _state is GroupState.On;

    public VolumeGroupSnapshot? Find(ObjectKey key) => Groups.Find(key);

    public VolumeGroupSnapshotContent? FindContent(string name) => Contents.Find(ContentNames.KeyOf(name));

    /// <summary>Name of the group that a snapshot's content was taken in; null for none, or where groups are not worked on; or why it cannot be
    /// told.</summary>
    public (string? Name, string? Error) NameOfGroup(VolumeSnapshotContent content, string? ns)
    {
        if (content.Status?.VolumeGroupSnapshotHandle is not { Length: > 0 } handle || State is GroupState.Off) return (null, null);
        var of = ContentsByHandle.All(Caches.HandleKey(content.Spec.Driver, handle))
            .FirstOrDefault(c => c.Spec.VolumeGroupSnapshotRef?.Namespace == ns);
        return of?.Spec.VolumeGroupSnapshotRef?.Name is { Length: > 0 } name ? (name, null)
            : (null, $"cannot find the group snapshot for VolumeSnapshotContent {content.Name}: no VolumeGroupSnapshotContent "
                + $"of driver {content.Spec.Driver} with handle {handle} refers to a group of namespace {ns}");
    }

    private static bool IsUnfinished(VolumeGroupSnapshot group) => !group.IsBeingDeleted && !GroupSnapshotState.IsReady(group);

    private static void Group(VolumeGroupSnapshot read, VolumeGroupSnapshot kept)
    {
        kept.TakeIdentity(read);
        kept.TakeFinalizers(read);
        (kept.Spec, kept.Status) = (read.Spec, read.Status);
    }

    private static void Content(VolumeGroupSnapshotContent read, VolumeGroupSnapshotContent kept)
    {
        kept.TakeIdentity(read);
        kept.TakeFinalizers(read);
        kept.TakeAnnotations(read, s_contentAnnotations);
        (kept.Spec, kept.Status) = (read.Spec, read.Status);
    }

    private static void Class(VolumeGroupSnapshotClass read, VolumeGroupSnapshotClass kept)
    {
        kept.TakeIdentity(read);
        kept.TakeAnnotations(read, s_classAnnotations);
        (kept.Driver, kept.DeletionPolicy, kept.Parameters) = (read.Driver, read.DeletionPolicy, read.Parameters);
    }
}
