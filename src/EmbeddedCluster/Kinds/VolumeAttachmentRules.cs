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
        if (spec.Object("source", "inlineVolumeSpec") is not null)
        {
            if (spec.Text("source", "persistentVolumeName") is not null)
                errors.Forbidden("spec.source", "must specify exactly one of inlineVolumeSpec and persistentVolumeName");
        }
        else if (spec.Text("source", "persistentVolumeName") is not { } volume)
            errors.Required("spec.source", "must specify exactly one of inlineVolumeSpec and persistentVolumeName");
        else if (volume.Length == 0) errors.Required("spec.source.persistentVolumeName", "must specify non empty persistentVolumeName");
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
            if (status.Text(field, "message") is { } message && Encoding.UTF8.GetByteCount(message) > LongestMessage)
                errors.TooLong($"status.{field}.message", LongestMessage);
    }
}
