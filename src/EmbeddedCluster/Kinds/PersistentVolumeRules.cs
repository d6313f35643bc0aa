using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>Volumes: exactly one source that never changes, and a phase whose last change is stamped.</summary>
internal sealed class PersistentVolumeRules : KindRules
{
    private static readonly string[] Sources =
        [.. KindTable.Find("core.PersistentVolumeSpec").Fields.Values
            .Where(field => field.Type.Form == ValueForm.Struct && field.Name is not ("claimRef" or "nodeAffinity"))
            .Select(field => field.Name)];
    private static readonly string[] SecretReferences =
        ["controllerPublishSecretRef", "nodeStageSecretRef", "nodePublishSecretRef", "controllerExpandSecretRef", "nodeExpandSecretRef"];

    public override bool ReturnsDeletedObject => true;

    public override void SetDefaults(JsonObject content)
    {
        var spec = content.Child("spec");
        spec.Default("persistentVolumeReclaimPolicy", "Retain");
        spec.Default("volumeMode", "Filesystem");
        if (spec.Object("hostPath") is { } hostPath) hostPath.Default("type", "");
        content.Child("status").Default("phase", "Pending");
    }

    public override void PrepareForCreate(JsonObject content, DateTimeOffset now) => content.Child("status")["lastPhaseTransitionTime"] = Stamp(now);

    public override void PrepareForStatusUpdate(JsonObject content, JsonObject old, DateTimeOffset now)
    {
        var (status, before) = (content.Child("status"), old.Child("status"));
        if (status.Text("phase") == before.Text("phase"))
        {
            if (status["lastPhaseTransitionTime"] is null) status.CopyFrom(before, "lastPhaseTransitionTime");
            return;
        }
        if (status["lastPhaseTransitionTime"] is null || status.Text("lastPhaseTransitionTime") == before.Text("lastPhaseTransitionTime"))
            status["lastPhaseTransitionTime"] = Stamp(now);
    }

    public override void Validate(JsonObject content, FieldErrors errors)
    {
        var spec = content["spec"]!.AsObject();
        if (spec.Array("accessModes") is not { Count: > 0 } modes) errors.Required("spec.accessModes");
        else VolumeChecks.CheckAccessModes(modes, errors);
        if (spec.Object("capacity") is not { Count: > 0 } capacity) errors.Required("spec.capacity");
        else if (capacity.Count > 1 || capacity["storage"] is null)
            errors.NotSupported("spec.capacity", string.Join(",", capacity.Select(entry => entry.Key)), "storage");
        VolumeChecks.CheckPositive(spec.Text("capacity", "storage"), "spec.capacity[storage]", errors);
        if (spec.Text("persistentVolumeReclaimPolicy") is { } policy and not ("Delete" or "Recycle" or "Retain"))
            errors.NotSupported("spec.persistentVolumeReclaimPolicy", policy, "Delete", "Recycle", "Retain");
        VolumeChecks.CheckClassName(spec, "storageClassName", errors);
        VolumeChecks.CheckVolumeMode(spec, errors);
        CheckSource(spec, errors);
        CheckNodeAffinity(spec, errors);
        if (spec.Text("volumeAttributesClassName") is { } attributes)
        {
            VolumeChecks.CheckClassName(spec, "volumeAttributesClassName", errors);
            if (attributes.Length == 0) errors.Required("spec.volumeAttributesClassName", "an empty string is disallowed");
            if (spec["csi"] is null) errors.Required("spec.csi", "has to be specified when using volumeAttributesClassName");
        }
    }

    public override void ValidateUpdate(JsonObject content, JsonObject old, FieldErrors errors)
    {
        var (spec, before) = (content["spec"]!.AsObject(), old["spec"]!.AsObject());
        foreach (var source in Sources)
            if (!JsonNode.DeepEquals(WithoutExpandSecrets(spec[source]), WithoutExpandSecrets(before[source])))
            {
                errors.Forbidden("spec.persistentvolumesource", "spec.persistentvolumesource is immutable after creation");
                break;
            }
        // The server leaves out that these two are of the spec.
        CheckImmutable(spec["volumeMode"], before["volumeMode"], "volumeMode", errors);
        if (before["nodeAffinity"] is { } affinity && !JsonNode.DeepEquals(spec["nodeAffinity"], affinity))
            errors.Invalid("nodeAffinity", spec["nodeAffinity"], "field is immutable, except for updating from beta label to GA");
        if (before.Text("volumeAttributesClassName") is not null && spec["volumeAttributesClassName"] is null)
            errors.Forbidden("spec.volumeAttributesClassName", "update from non-nil value to nil is forbidden");
    }

    private static void CheckSource(JsonObject spec, FieldErrors errors)
    {
        var named = Sources.Where(source => spec[source] is not null).ToList();
        if (named.Count == 0) errors.Required("spec", "must specify a volume type");
        foreach (var extra in named.Skip(1)) errors.Forbidden("spec." + extra, "may not specify more than 1 volume type");
        if (spec.Object("hostPath") is { } hostPath && string.IsNullOrEmpty(hostPath.Text("path"))) errors.Required("spec.hostPath.path");
        if (spec.Object("local") is { } local && string.IsNullOrEmpty(local.Text("path"))) errors.Required("spec.local.path");
        if (spec.Object("csi") is not { } csi) return;
        VolumeChecks.CheckDriverName(csi.Text("driver"), "spec.csi.driver", errors);
        if (string.IsNullOrEmpty(csi.Text("volumeHandle"))) errors.Required("spec.csi.volumeHandle");
        foreach (var reference in SecretReferences)
            if (csi.Object(reference) is { } secret)
                foreach (var part in (ReadOnlySpan<string>)["name", "namespace"])
                    if (string.IsNullOrEmpty(secret.Text(part))) errors.Required($"spec.csi.{reference}.{part}");
    }

    private static void CheckNodeAffinity(JsonObject spec, FieldErrors errors)
    {
        if (spec.Object("nodeAffinity") is { } affinity)
        {
            if (affinity["required"] is not { } required) errors.Required("spec.nodeAffinity.required", "must specify required node constraints");
            else VolumeChecks.CheckNodeSelector(required, "spec.nodeAffinity.required", errors);
        }
        else if (spec["local"] is not null) errors.Required("spec.nodeAffinity", "Local volume requires node affinity");
    }

    // The secrets of an expansion are the one part of a CSI source that may be set or changed later.
    private static JsonNode? WithoutExpandSecrets(JsonNode? source)
    {
        if (source is not JsonObject fields || (fields["controllerExpandSecretRef"] is null && fields["nodeExpandSecretRef"] is null)) return source;
        var copy = fields.DeepClone().AsObject();
        copy.Remove("controllerExpandSecretRef");
        copy.Remove("nodeExpandSecretRef");
        return copy;
    }

    private static string Stamp(DateTimeOffset now) => WireTime.Of(now);
}
