using System.Text.Json.Serialization;
using Sidecars.Kubernetes.Json;

namespace Sidecars.Kubernetes.Objects;

/// <summary>
/// A VolumeAttachment: the wish that a volume be reachable from a node, and how far that has come. A store keeps of it what the
/// readers in the process read (<see cref="Caching.Reading{T}"/>).
/// </summary>
public sealed class VolumeAttachment : KubeObject
{
    /// <summary>What is wished for.</summary>
    public AttachmentSpec Spec
    {
        get;
        set => field = value ?? AttachmentSpec.None; // a server may send null
    } = AttachmentSpec.None;

    /// <summary>How far it has come.</summary>
    public AttachmentStatus Status
    {
        get;
        set => field = value ?? AttachmentStatus.None; // a server may send null
    } = AttachmentStatus.None;

    /// <summary>
    /// A number made of labels and annotations that are not kept themselves, so that a change of them is still seen, by which users
    /// ask for another try. Set by the reader that needs it; never sent.
    /// </summary>
    [JsonIgnore]
    public int MarksHash { get; set; }

    /// <summary>The spec of an attachment that is being filled for a store: its own, not the one that attachments without any share.</summary>
    public AttachmentSpec SpecToFill() => Spec = ReferenceEquals(Spec, AttachmentSpec.None) ? new AttachmentSpec() : Spec;
}

/// <summary>Who attaches what, and where; it never changes.</summary>
public sealed class AttachmentSpec
{
    /// <summary>Of an attachment of which nothing is kept.</summary>
    public static readonly AttachmentSpec None = new();

    /// <summary>Name of the driver.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? Attacher { get; set; }

    /// <summary>Name of the node.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? NodeName { get; set; }

    /// <summary>The volume.</summary>
    public AttachmentSource? Source { get; set; }
}

/// <summary>The volume of an attachment: the name of one, or all of one that is written inside a pod.</summary>
public sealed class AttachmentSource
{
    /// <summary>Name of the volume; null for an inline volume.</summary>
    public string? PersistentVolumeName { get; set; }

    /// <summary>The volume itself, in the form of a PersistentVolume's spec.</summary>
    public VolumeSpec? InlineVolumeSpec { get; set; }
}

/// <summary>How far an attachment has come. An object in a store is shared and never changed.</summary>
public sealed class AttachmentStatus
{
    /// <summary>Untouched.</summary>
    public static readonly AttachmentStatus None = new();

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
public sealed record AttachmentFault(string? Message, int? ErrorCode);
