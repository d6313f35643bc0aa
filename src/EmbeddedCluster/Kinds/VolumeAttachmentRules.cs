using System.Text;
using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>Attachments: a fixed spec; attached, metadata and errors are written through the status alone.</summary>
internal sealed class VolumeAttachmentRules : KindRules
{
    private const int LongestMessage = 1024;
    private const int LongestMetadata = 256 * 1024;

    public override bool AllowsUnconditionalUpdate => false;

    public override bool StatusKeepsMetadata => true;

    public override bool ReturnsDeletedObject => true;

    public override void Validate(JsonObject content, FieldErrors errors)
    {
        var spec = content["spec"];
        VolumeChecks.CheckDriverName(spec.Text("attacher"), "spec.attacher", errors);
        if (spec.Object("source", "inlineVolumeSpec") is { } inline)
        {
            if (spec.Text("source", "persistentVolumeName") is not null)
                errors.Forbidden("spec.source", "must specify exactly one of inlineVolumeSpec and persistentVolumeName");
            CheckInline(inline, errors);
        }
        else if (spec.Text("source", "persistentVolumeName") is not { } volume)
            errors.Required("spec.source", "must specify exactly one of inlineVolumeSpec and persistentVolumeName");
        else if (volume.Length == 0) errors.Required("spec.source.persistentVolumeName", "must specify non empty persistentVolumeName");
        else if (Names.CheckSubdomain(volume) is { } wrongVolume) errors.Invalid("spec.source.persistentVolumeName", volume, wrongVolume);
        var node = spec.Text("nodeName") ?? "";
        if (Names.CheckSubdomain(node) is { } wrong) errors.Invalid("spec.nodeName", node, wrong);
    }

    public override void ValidateUpdate(JsonObject content, JsonObject old, FieldErrors errors) =>
        CheckImmutable(content["spec"], old["spec"], "spec", errors);

    public override void ValidateStatusUpdate(JsonObject content, JsonObject old, FieldErrors errors)
    {
        var status = content["status"];
        var size = (status.Object("attachmentMetadata") ?? []).Sum(entry => Encoding.UTF8.GetByteCount(entry.Key) + Encoding.UTF8.GetByteCount(JsonReading.AsText(entry.Value) ?? ""));
        if (size > LongestMetadata) errors.TooLong("status.attachmentMetadata", LongestMetadata);
        foreach (var field in (ReadOnlySpan<string>)["attachError", "detachError"])
        {
            if (status.Text(field, "message") is { } message && Encoding.UTF8.GetByteCount(message) > LongestMessage)
                errors.TooLong($"status.{field}.message", LongestMessage);
            if (status.Integer(field, "errorCode") is < 0 and var code)
                errors.Invalid($"status.{field}.errorCode", JsonValue.Create(code), $"must be between 0 and {int.MaxValue}, inclusive");
        }
    }

    // A volume in the attachment has no life of its own: nothing of a claim, a class or a node belongs to it. The server also asks for a CSI
    // source; here an attachment without one is let in, so that what a sidecar does with it can be seen.
    private static void CheckInline(JsonObject volume, FieldErrors errors)
    {
        const string path = "spec.source.inlineVolumeSpec";
        const string misplaced = "may not be specified in the context of inline volumes";
        if (volume.Array("accessModes") is not { Count: > 0 }) errors.Required(path + ".accessModes");
        foreach (var field in (ReadOnlySpan<string>)["claimRef", "capacity", "nodeAffinity"])
            if (volume[field] is not null) errors.Forbidden($"{path}.{field}", misplaced);
        if (volume.Text("persistentVolumeReclaimPolicy") is not (null or "" or "Retain"))
            errors.Forbidden(path + ".persistentVolumeReclaimPolicy", "may only be Retain in the context of inline volumes");
        if (!string.IsNullOrEmpty(volume.Text("storageClassName"))) errors.Forbidden(path + ".storageClassName", misplaced);
        if (volume.Text("volumeMode") is not (null or "Filesystem"))
            errors.Forbidden(path + ".volumeMode", "may not specify volumeMode other than Filesystem in the context of inline volumes");
        if (volume.Object("csi") is { } csi && string.IsNullOrEmpty(csi.Text("volumeHandle"))) errors.Required(path + ".csi.volumeHandle");
    }
}
