using System.Security.Cryptography;
using System.Text;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.SnapshotController.Contents;

/// <summary>
/// Names of contents, and whose they are (snapshot API contract 10). All names are made from uids, so that whoever comes after a crash finds what
/// was made before it.
/// </summary>
internal static class ContentNames
{
    private const string MemberPrefix = "snapshot-";

    public static string OfUid(string uid) => $"snapcontent-{uid}";

    public static string OfGroup(string uid) => $"groupsnapcontent-{uid}";

    /// <summary>What the names of a group's member, and of its content, end with.</summary>
    public static string MemberDigest(string groupUid, string volumeHandle) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(groupUid + volumeHandle)));

    public static string Member(string digest) => MemberPrefix + digest;

    public static string MemberContent(string digest) => $"snapcontent-{digest}";

    /// <summary>The name of the content of a group's member, from its own; null where it has none by that rule.</summary>
    public static string? ContentOfMember(string member) =>
        member.StartsWith(MemberPrefix, StringComparison.Ordinal) ? MemberContent(member[MemberPrefix.Length..]) : null;

    public static ObjectKey KeyOf(string name) => new(null, name);

    /// <summary>
    /// The name of the content a snapshot has or would have: the one it is bound to, else the one it was made from, else the one that is made for
    /// it.
    /// </summary>
    public static string? Of(VolumeSnapshot snapshot)
    {
        if (snapshot.Status?.BoundVolumeSnapshotContentName is { Length: > 0 } bound) return bound;
        if (snapshot.Spec.Source?.VolumeSnapshotContentName is { Length: > 0 } given) return given;
        if (snapshot.Spec.Source?.PersistentVolumeClaimName is null) return null;
        return Snapshots.SnapshotState.GroupOwner(snapshot) is not null && ContentOfMember(snapshot.Name) is { } ofMember ? ofMember
            : OfUid(snapshot.Uid);
    }

    /// <summary>Whether the content names this very snapshot, uid and all.</summary>
    public static bool PointsAt(VolumeSnapshotContent content, VolumeSnapshot snapshot) =>
        content.Spec.VolumeSnapshotRef is { } to && to.Namespace == snapshot.Metadata.Namespace && to.Name == snapshot.Name && to.Uid == snapshot.Uid;

    /// <summary>Whether a content that is there already is meant for this snapshot; it may not know its uid yet.</summary>
    public static bool IsMeantFor(VolumeSnapshotContent content, VolumeSnapshot snapshot) =>
        content.Spec.VolumeSnapshotRef is { } to && to.Namespace == snapshot.Metadata.Namespace && to.Name == snapshot.Name
        && (string.IsNullOrEmpty(to.Uid) || to.Uid == snapshot.Uid);

    /// <summary>The key of the snapshot a content refers to, or null.</summary>
    public static ObjectKey? SnapshotOf(VolumeSnapshotContent content) =>
        content.Spec.VolumeSnapshotRef is { Name: { Length: > 0 } name } to ? new ObjectKey(to.Namespace, name) : null;
}
