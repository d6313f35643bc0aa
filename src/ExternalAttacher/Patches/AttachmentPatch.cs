using System.Text.Json;
using Sidecars.Kubernetes.Json;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalAttacher.Patches;

/// <summary>
/// Merge patches of an attachment that hold only what differs (attacher contract 8.1); null where nothing does. Lists are replaced
/// by a merge patch, so one that touches finalizers names the version it was made from and is refused after any other change. All name
/// the uid, so that none can ever land on a successor of the same name.
/// </summary>
internal static class AttachmentPatch
{
    /// <summary>Our mark, and under which name the driver knows the node.</summary>
    public static ReadOnlyMemory<byte>? Prepare(VolumeAttachment attachment, string finalizer, string nodeId)
    {
        var hasMark = attachment.HasFinalizer(finalizer);
        var hasNode = attachment.Annotation(WellKnown.NodeIdAnnotation) == nodeId;
        if (hasMark && hasNode) return null;
        return JsonBody.Object(json =>
        {
            json.WriteStartObject("metadata");
            json.WriteString("uid", attachment.Uid);
            if (!hasNode)
            {
                json.WriteStartObject("annotations");
                json.WriteString(WellKnown.NodeIdAnnotation, nodeId);
                json.WriteEndObject();
            }
            if (!hasMark) WriteFinalizers(json, attachment, [.. attachment.Metadata.Finalizers ?? [], finalizer]);
            json.WriteEndObject();
        });
    }

    /// <summary>Takes our mark away.</summary>
    public static ReadOnlyMemory<byte> Release(VolumeAttachment attachment, string finalizer) => JsonBody.Object(json =>
    {
        json.WriteStartObject("metadata");
        json.WriteString("uid", attachment.Uid);
        WriteFinalizers(json, attachment, [.. attachment.Metadata.Finalizers!.Where(f => f != finalizer)]);
        json.WriteEndObject();
    });

    /// <summary>Attached, with what the driver said for the node; an earlier error is over.</summary>
    public static ReadOnlyMemory<byte>? Attached(VolumeAttachment attachment, IReadOnlyDictionary<string, string> metadata)
    {
        var status = attachment.Status;
        var changed = DifferenceOf(status.AttachmentMetadata, metadata);
        if (status.Attached && changed.Count is 0 && status.AttachError is null) return null;
        return StatusOf(attachment, json =>
        {
            if (!status.Attached) json.WriteBoolean("attached", true);
            if (changed.Count > 0)
            {
                if (metadata.Count is 0) json.WriteNull("attachmentMetadata");
                else WriteDifference(json, changed);
            }
            if (status.AttachError is not null) json.WriteNull("attachError");
        });
    }

    /// <summary>Not attached any more.</summary>
    public static ReadOnlyMemory<byte>? Detached(VolumeAttachment attachment)
    {
        var status = attachment.Status;
        if (!status.Attached && status.AttachmentMetadata is not { Count: > 0 } && status.DetachError is null) return null;
        return StatusOf(attachment, json =>
        {
            if (status.Attached) json.WriteBoolean("attached", false);
            if (status.AttachmentMetadata is { Count: > 0 }) json.WriteNull("attachmentMetadata");
            if (status.DetachError is not null) json.WriteNull("detachError");
        });
    }

    /// <summary>Why attaching failed; null where the same stands there already, be it from an earlier time.</summary>
    public static ReadOnlyMemory<byte>? AttachFailed(VolumeAttachment attachment, AttachmentFault fault, DateTimeOffset at) =>
        Failed(attachment, "attachError", attachment.Status.AttachError, fault, at);

    /// <summary>Why detaching failed; null where the same stands there already, be it from an earlier time.</summary>
    public static ReadOnlyMemory<byte>? DetachFailed(VolumeAttachment attachment, AttachmentFault fault, DateTimeOffset at) =>
        Failed(attachment, "detachError", attachment.Status.DetachError, fault, at);

    private static ReadOnlyMemory<byte>? Failed(VolumeAttachment attachment, string field, AttachmentFault? known, AttachmentFault fault, DateTimeOffset at)
    {
        if (known == fault) return null;
        return StatusOf(attachment, json =>
        {
            json.WriteStartObject(field);
            if (known?.Message != fault.Message) json.WriteString("message", fault.Message);
            json.WriteString("time", at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture));
            if (fault.ErrorCode is { } code && known?.ErrorCode != code) json.WriteNumber("errorCode", code);
            else if (fault.ErrorCode is null && known?.ErrorCode is not null) json.WriteNull("errorCode");
            json.WriteEndObject();
        });
    }

    private static ReadOnlyMemory<byte> StatusOf(VolumeAttachment attachment, Action<Utf8JsonWriter> content) => JsonBody.Object(json =>
    {
        json.WriteStartObject("metadata");
        json.WriteString("uid", attachment.Uid);
        json.WriteEndObject();
        json.WriteStartObject("status");
        content(json);
        json.WriteEndObject();
    });

    private static void WriteFinalizers(Utf8JsonWriter json, VolumeAttachment attachment, string[] finalizers)
    {
        if (attachment.Metadata.ResourceVersion is not 0) json.WriteString("resourceVersion", $"{attachment.Metadata.ResourceVersion}");
        if (finalizers.Length is 0) json.WriteNull("finalizers");
        else json.WriteStrings("finalizers", finalizers);
    }

    private static Dictionary<string, string?> DifferenceOf(StringMap? known, IReadOnlyDictionary<string, string> wanted)
    {
        var changed = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var (key, value) in wanted)
        {
            if (known?[key] != value) changed[key] = value;
        }
        foreach (var (key, _) in known ?? StringMap.Empty)
        {
            if (!wanted.ContainsKey(key)) changed[key] = null;
        }
        return changed;
    }

    private static void WriteDifference(Utf8JsonWriter json, Dictionary<string, string?> changed)
    {
        json.WriteStartObject("attachmentMetadata");
        foreach (var (key, value) in changed) json.WriteString(key, value);
        json.WriteEndObject();
    }
}
