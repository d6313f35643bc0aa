using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Json;

/// <summary>
/// Compile-time readers and writers of every object the sidecars exchange with the API server. Unknown fields are passed over
/// without an allocation; null members are not written.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    DefaultBufferSize = 4096)] // an answer is one object, and a hundred may be read at once
[JsonSerializable(typeof(PersistentVolumeClaim))]
[JsonSerializable(typeof(PersistentVolume))]
[JsonSerializable(typeof(StorageClass))]
[JsonSerializable(typeof(VolumeAttachment))]
[JsonSerializable(typeof(VolumeAttributesClass))]
[JsonSerializable(typeof(VolumeSnapshot))]
[JsonSerializable(typeof(VolumeSnapshotContent))]
[JsonSerializable(typeof(VolumeSnapshotClass))]
[JsonSerializable(typeof(VolumeGroupSnapshot))]
[JsonSerializable(typeof(VolumeGroupSnapshotContent))]
[JsonSerializable(typeof(VolumeGroupSnapshotClass))]
[JsonSerializable(typeof(ReferenceGrant))]
[JsonSerializable(typeof(CsiNode))]
[JsonSerializable(typeof(Node))]
[JsonSerializable(typeof(Pod))]
[JsonSerializable(typeof(CsiStorageCapacity))]
[JsonSerializable(typeof(Secret))]
[JsonSerializable(typeof(Lease))]
[JsonSerializable(typeof(ClusterEvent))]
[JsonSerializable(typeof(AccessReview))]
[JsonSerializable(typeof(Status))]
[JsonSerializable(typeof(MetadataOnly))]
[JsonSerializable(typeof(ListMeta))]
[JsonSerializable(typeof(ApiResourceList))]
[JsonSerializable(typeof(DeleteOptions))]
[JsonSerializable(typeof(JsonObject))]
public sealed partial class KubeJson : JsonSerializerContext;
