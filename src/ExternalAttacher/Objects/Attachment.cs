using System.Text.Json.Serialization;
using Sidecars.Kubernetes.Json;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalAttacher.Objects;

/// <summary>
/// A VolumeAttachment as the attacher reads it: the wish that a volume be reachable from a node, and how far that has come. Held in
/// a store it is trimmed; see <see cref="Caches"/>.
/// </summary>
internal sealed class Attachment : KubeObject
{
    /// <summary>What is wished for.</summary>
    public AttachmentWish Spec { get; set; } = AttachmentWish.None;

    /// <summary>How far it has come.</summary>
    public AttachmentState Status { get; set; } = AttachmentState.None;

    /// <summary>
    /// A number made of all labels and annotations but our own, most of which are not kept: so that a change of them is still seen, by which
    /// users ask for another try.
    /// </summary>
    [JsonIgnore]
    public int MarksHash { get; set; }
}

/// <summary>Who attaches what, and where; it never changes.</summary>
internal sealed class AttachmentWish
{
    public static readonly AttachmentWish None = new();

    /// <summary>Name of the driver.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? Attacher { get; set; }

    /// <summary>Name of the node.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? NodeName { get; set; }

    /// <summary>The volume.</summary>
    public WishedVolume? Source { get; set; }
}

/// <summary>The volume of an attachment: the name of one, or all of one that is written inside a pod.</summary>
internal sealed class WishedVolume
{
    /// <summary>Name of the volume.</summary>
    public string? PersistentVolumeName { get; set; }

    /// <summary>The volume itself, in the form of a PersistentVolume's spec.</summary>
    public VolumeDetails? InlineVolumeSpec { get; set; }
}

/// <summary>How far an attachment has come. An object in a store is shared and never changed.</summary>
internal sealed class AttachmentState
{
    public static readonly AttachmentState None = new();

    /// <summary>Whether the volume is reachable from the node.</summary>
    public bool Attached { get; set; }

    /// <summary>What the driver said for the node; handed to it by the kubelet.</summary>
    public StringMap? AttachmentMetadata { get; set; }

    /// <summary>Why the last attach failed.</summary>
    public AttachmentFault? AttachError { get; set; }

    /// <summary>Why the last detach failed.</summary>
    public AttachmentFault? DetachError { get; set; }
}

/// <summary>Why an attach or detach failed. Its time is written, and never read back.</summary>
/// <param name="Message">Text for users, at most 1,024 bytes.</param>
/// <param name="ErrorCode">gRPC code, by which the kubelet learns that a node is full.</param>
internal sealed record AttachmentFault(string? Message, int? ErrorCode);
