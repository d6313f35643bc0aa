using System.Text.Json.Serialization;
using Sidecars.Kubernetes.Json;

namespace Sidecars.Kubernetes.Objects;

/// <summary>An attachment, as far as the deletion of volumes asks for it: which volume, on which node.</summary>
public sealed class VolumeAttachment : KubeObject
{
    /// <summary>Who attaches what, and where.</summary>
    public AttachmentSpec Spec { get; set; } = new();
}

/// <summary>Who attaches what, and where.</summary>
public sealed class AttachmentSpec
{
    /// <summary>Name of the driver.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? Attacher { get; set; }

    /// <summary>Name of the node.</summary>
    [JsonConverter(typeof(PooledStringConverter))]
    public string? NodeName { get; set; }

    /// <summary>The volume.</summary>
    public AttachmentSource? Source { get; set; }
}

/// <summary>The volume of an attachment.</summary>
public sealed class AttachmentSource
{
    /// <summary>Name of the volume; null for an inline volume.</summary>
    public string? PersistentVolumeName { get; set; }
}
