using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>Claims: a request for storage whose spec stays what it was, but for growth, binding and the volume attributes class.</summary>
internal sealed class PersistentVolumeClaimRules : KindRules
{
    private static readonly string[] ResizeStates =
        ["ControllerResizeInProgress", "ControllerResizeInfeasible", "NodeResizeInProgress", "NodeResizeInfeasible", "NodeResizePending"];

    public override bool ReturnsDeletedObject => true;

    public override void SetDefaults(JsonObject content)
    {
        content.Child("spec").Default("volumeMode", "Filesystem");
        content.Child("status").Default("phase", "Pending");
    }

    public override void PrepareForCreate(JsonObject content, DateTimeOffset now)
    {
        var spec = content.Child("spec");
        // The old field keeps to the two kinds it was made for; other kinds belong into dataSourceRef.
        if (spec.Object("dataSource") is { } source && spec["dataSourceRef"] is null && !IsClaimOrSnapshot(source)) spec.Remove("dataSource");
        NormaliseSources(spec);
    }

    public override void PrepareForUpdate(JsonObject content, JsonObject old) => NormaliseSources(content.Child("spec"));

    public override void Validate(JsonObject content, FieldErrors errors)
    {
        var spec = content["spec"];
        if (spec.Array("accessModes") is not { Count: > 0 } modes) errors.Required("spec.accessModes", "at least 1 access mode is required");
        else VolumeChecks.CheckAccessModes(modes, errors);
        if (spec.Text("resources", "requests", "storage") is not { } storage) errors.Required("spec.resources[storage]");
        else VolumeChecks.CheckPositive(storage, "spec.resources[storage]", errors);
        VolumeChecks.CheckClassName(spec, "storageClassName", errors);
        VolumeChecks.CheckClassName(spec, "volumeAttributesClassName", errors);
        VolumeChecks.CheckVolumeMode(spec, errors);
        VolumeChecks.CheckLabelSelector(spec.Object("selector"), "spec.selector", errors);
        CheckSource(spec, "dataSource", errors);
        CheckSource(spec, "dataSourceRef", errors);
        if (spec.Object("dataSource") is { } source && spec.Object("dataSourceRef") is { } reference
            && (source.Text("apiGroup") ?? "", source.Text("kind"), source.Text("name"))
                != (reference.Text("apiGroup") ?? "", reference.Text("kind"), reference.Text("name")))
            errors.Invalid("spec", spec, "must match dataSourceRef");
    }

    public override void ValidateUpdate(JsonObject content, JsonObject old, FieldErrors errors)
    {
        var spec = content["spec"]!.AsObject();
        var before = old["spec"]!.AsObject();
        var comparable = spec.DeepClone().AsObject();
        if (string.IsNullOrEmpty(before.Text("volumeName"))) comparable.CopyFrom(before, "volumeName");
        if (before["storageClassName"] is null) comparable.CopyFrom(before, "storageClassName");
        if (old["status"].Text("phase") == "Bound")
        {
            comparable.CopyFrom(before, "volumeAttributesClassName");
            if (comparable.Object("resources", "requests") is { } requests) requests.CopyFrom(before.Object("resources", "requests"), "storage");
        }
        if (!JsonNode.DeepEquals(comparable, before))
            errors.Forbidden("spec", "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims");
        CheckShrinking(spec, before, old["status"], errors);
        CheckAttributesClass(spec, before, old["status"], errors);
    }

    public override void ValidateStatusUpdate(JsonObject content, JsonObject old, FieldErrors errors)
    {
        var status = content["status"];
        CheckAmounts(status.Object("capacity"), "status.capacity", errors);
        foreach (var (resource, _) in status.Object("allocatedResources") ?? []) CheckResource(resource, "status.allocatedResources", errors);
        CheckAmounts(status.Object("allocatedResources"), "status.allocatedResources", errors);
        foreach (var (resource, state) in status.Object("allocatedResourceStatuses") ?? [])
            if (!CheckResource(resource, "status.allocatedResourceStatuses", errors)) continue;
            else if (!ResizeStates.Contains(JsonReading.AsText(state)))
                errors.NotSupported("status.allocatedResourceStatuses", resource, ResizeStates);
    }

    private static void CheckAmounts(JsonObject? amounts, string path, FieldErrors errors)
    {
        foreach (var (resource, value) in amounts ?? [])
            if (Quantity.TryParse(JsonReading.AsText(value) ?? "", out var amount) && amount.Sign < 0)
                errors.Invalid($"{path}[{resource}]", value, "must be a valid resource quantity");
    }

    // Storage, or a resource of somebody's own domain.
    private static bool CheckResource(string resource, string path, FieldErrors errors)
    {
        if (resource == "storage" || resource.Contains('/')) return true;
        errors.NotSupported(path, resource, "storage");
        return false;
    }

    private static void CheckShrinking(JsonObject spec, JsonObject before, JsonNode? status, FieldErrors errors)
    {
        if (!Quantity.TryParse(spec.Text("resources", "requests", "storage") ?? "", out var asked)
            || !Quantity.TryParse(before.Text("resources", "requests", "storage") ?? "", out var asking) || asked.CompareTo(asking) >= 0) return;
        // A request may be taken back as long as it stays above what the volume has: that is how a failed growth is recovered from.
        if (Quantity.TryParse(status.Text("capacity", "storage") ?? "", out var granted) && asked.CompareTo(granted) <= 0)
            errors.Forbidden("spec.resources.requests.storage", "field can not be less than status.capacity");
    }

    // A volume that has the attributes of a class cannot go back to those of none; one that never got them can.
    private static void CheckAttributesClass(JsonObject spec, JsonObject before, JsonNode? status, FieldErrors errors)
    {
        const string Field = "volumeAttributesClassName";
        if (!string.IsNullOrEmpty(spec.Text(Field)) || spec.Text(Field) == before.Text(Field) || status.Text("currentVolumeAttributesClassName") is null) return;
        var what = spec.Text(Field) is null ? "nil" : "empty string";
        errors.Forbidden("spec." + Field, $"update to {what} is forbidden when status.currentVolumeAttributesClassName is not nil");
    }

    private static void CheckSource(JsonNode? spec, string field, FieldErrors errors)
    {
        if (spec.Object(field) is not { } source) return;
        if (string.IsNullOrEmpty(source.Text("name"))) errors.Required($"spec.{field}.name");
        if (string.IsNullOrEmpty(source.Text("kind"))) errors.Required($"spec.{field}.kind");
        var group = source.Text("apiGroup") ?? "";
        if (group.Length == 0 && source.Text("kind") != "PersistentVolumeClaim")
            errors.Invalid($"spec.{field}", source.Text("kind") ?? "", "must be 'PersistentVolumeClaim' when referencing the default apiGroup");
    }

    private static void NormaliseSources(JsonObject spec)
    {
        if (spec.Object("dataSource") is { } source && spec["dataSourceRef"] is null) spec["dataSourceRef"] = source.DeepClone();
        else if (spec.Object("dataSourceRef") is { } reference && spec["dataSource"] is null && string.IsNullOrEmpty(reference.Text("namespace")))
        {
            var copy = reference.DeepClone().AsObject();
            copy.Remove("namespace");
            spec["dataSource"] = copy;
        }
    }

    private static bool IsClaimOrSnapshot(JsonObject source) => (source.Text("apiGroup") ?? "", source.Text("kind")) is
        ("", "PersistentVolumeClaim") or ("snapshot.storage.k8s.io", "VolumeSnapshot");
}
