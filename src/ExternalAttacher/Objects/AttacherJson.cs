using System.Text.Json.Serialization;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalAttacher.Objects;

/// <summary>Compile-time readers of the objects as the attacher sees them; what it does not look at is passed over.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Attachment))]
[JsonSerializable(typeof(ObjectList<Attachment>), TypeInfoPropertyName = "AttachmentList")]
[JsonSerializable(typeof(Volume))]
[JsonSerializable(typeof(ObjectList<Volume>), TypeInfoPropertyName = "VolumeList")]
[JsonSerializable(typeof(CsiNode))]
[JsonSerializable(typeof(ObjectList<CsiNode>), TypeInfoPropertyName = "CsiNodeList")]
internal sealed partial class AttacherJson : JsonSerializerContext;

/// <summary>The resources the attacher works with, read as its own types.</summary>
internal static class AttacherResources
{
    private const string Storage = "/apis/storage.k8s.io/v1";

    public static Resource<Attachment> Attachments { get; } =
        new(Storage, "volumeattachments", false, AttacherJson.Default.Attachment, AttacherJson.Default.AttachmentList);

    public static Resource<Volume> Volumes { get; } =
        new("/api/v1", "persistentvolumes", false, AttacherJson.Default.Volume, AttacherJson.Default.VolumeList);

    public static Resource<CsiNode> Nodes { get; } = new(Storage, "csinodes", false, AttacherJson.Default.CsiNode, AttacherJson.Default.CsiNodeList);
}
