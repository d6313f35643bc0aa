using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>
/// Pods: defaults, the checks a storage test is likely to meet, a spec that stays as it is, and a grace period once the pod sits on a node.
/// Security contexts, probes and resources are typed but not validated.
/// </summary>
internal sealed class PodRules : KindRules
{
    private const string Immutable = "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

    public override bool TracksGeneration => true;

    public override bool ReturnsDeletedObject => true;

    public override void SetDefaults(JsonObject content)
    {
        var spec = content.Child("spec");
        spec.Default("enableServiceLinks", true);
        PodDefaults.Set(spec);
    }

    public override void PrepareForCreate(JsonObject content, DateTimeOffset now)
    {
        var status = content.Child("status");
        status["phase"] = "Pending";
        status["qosClass"] = QualityOfService(content["spec"]);
    }

    public override void Validate(JsonObject content, FieldErrors errors)
    {
        var spec = content["spec"];
        Check(spec, "spec", [], errors);
        if (spec.Text("restartPolicy") is { } policy and not ("Always" or "OnFailure" or "Never"))
            errors.NotSupported("spec.restartPolicy", policy, "Always", "OnFailure", "Never");
        if (spec.Text("nodeName") is { Length: > 0 } node && Names.CheckSubdomain(node) is { } wrong) errors.Invalid("spec.nodeName", node, wrong);
    }

    /// <summary>Checks the spec of a pod, or of the pods of a workload, whose volumes may come from elsewhere too.</summary>
    public static void Check(JsonNode? spec, string path, IEnumerable<string> otherVolumes, FieldErrors errors)
    {
        var volumes = CheckVolumes(spec.Array("volumes"), path, errors);
        volumes.UnionWith(otherVolumes);
        if (spec.Array("containers") is not { Count: > 0 }) errors.Required(path + ".containers");
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var group in (ReadOnlySpan<string>)["initContainers", "containers"])
        {
            var index = 0;
            foreach (var container in spec.Array(group).Objects()) CheckContainer(container, $"{path}.{group}[{index++}]", names, volumes, errors);
        }
    }

    public override void ValidateUpdate(JsonObject content, JsonObject old, FieldErrors errors)
    {
        var comparable = content["spec"]!.DeepClone().AsObject();
        var before = old["spec"]!.AsObject();
        foreach (var field in (ReadOnlySpan<string>)["activeDeadlineSeconds", "tolerations"]) comparable.CopyFrom(before, field);
        foreach (var group in (ReadOnlySpan<string>)["containers", "initContainers"])
            foreach (var (container, previous) in comparable.Array(group).Objects().Zip(before.Array(group).Objects()))
            {
                container.CopyFrom(previous, "image");
                container.CopyFrom(previous, "imagePullPolicy");
            }
        if (!JsonNode.DeepEquals(comparable, before)) errors.Forbidden("spec", Immutable);
        var kept = content["spec"].Array("tolerations");
        foreach (var toleration in before.Array("tolerations").Objects())
            if (kept?.Any(other => JsonNode.DeepEquals(other, toleration)) != true)
                errors.Forbidden("spec.tolerations", "existing toleration can not be modified except its tolerationSeconds");
    }

    public override void PrepareForStatusUpdate(JsonObject content, JsonObject old, DateTimeOffset now) =>
        content.Metadata().CopyFrom(old.Metadata(), "ownerReferences");

    public override long GracePeriod(JsonObject content, long? asked)
    {
        // A pod that no kubelet runs, or that has ended, has nothing to wait for.
        if (string.IsNullOrEmpty(content["spec"].Text("nodeName")) || content["status"].Text("phase") is "Succeeded" or "Failed") return 0;
        return Math.Max(0, asked ?? content["spec"].Integer("terminationGracePeriodSeconds") ?? 0);
    }

    private static HashSet<string> CheckVolumes(JsonArray? volumes, string owner, FieldErrors errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var index = 0;
        foreach (var volume in volumes.Objects())
        {
            var path = $"{owner}.volumes[{index++}]";
            var name = volume.Text("name") ?? "";
            if (name.Length == 0) errors.Required(path + ".name");
            else if (Names.CheckLabel(name) is { } wrong) errors.Invalid(path + ".name", name, wrong);
            if (!names.Add(name)) errors.Duplicate(path + ".name", name);
            var sources = volume.Count(entry => entry.Key != "name" && entry.Value is not null);
            if (sources > 1) errors.Forbidden(path, "may not specify more than 1 volume type");
            if (volume.Object("persistentVolumeClaim") is { } claim && string.IsNullOrEmpty(claim.Text("claimName")))
                errors.Required(path + ".persistentVolumeClaim.claimName");
            if (volume.Object("ephemeral") is { } ephemeral) CheckTemplate(ephemeral, path + ".ephemeral", errors);
            if (volume.Object("csi") is { } csi && string.IsNullOrEmpty(csi.Text("driver"))) errors.Required(path + ".csi.driver");
        }
        return names;
    }

    private static void CheckTemplate(JsonObject ephemeral, string path, FieldErrors errors)
    {
        if (ephemeral.Object("volumeClaimTemplate") is not { } template)
        {
            errors.Required(path + ".volumeClaimTemplate");
            return;
        }
        VolumeChecks.CheckTemplate(template, path + ".volumeClaimTemplate", errors);
    }

    private static void CheckContainer(JsonObject container, string path, HashSet<string> names, HashSet<string> volumes, FieldErrors errors)
    {
        var name = container.Text("name") ?? "";
        if (name.Length == 0) errors.Required(path + ".name");
        else if (Names.CheckLabel(name) is { } wrong) errors.Invalid(path + ".name", name, wrong);
        if (!names.Add(name)) errors.Duplicate(path + ".name", name);
        if (string.IsNullOrEmpty(container.Text("image"))) errors.Required(path + ".image");
        var index = 0;
        foreach (var mount in container.Array("volumeMounts").Objects())
        {
            var at = $"{path}.volumeMounts[{index++}]";
            if (!volumes.Contains(mount.Text("name") ?? "")) errors.NotFound(at + ".name", mount.Text("name") ?? "");
            if (string.IsNullOrEmpty(mount.Text("mountPath"))) errors.Required(at + ".mountPath");
        }
        index = 0;
        foreach (var device in container.Array("volumeDevices").Objects())
            if (!volumes.Contains(device.Text("name") ?? "")) errors.NotFound($"{path}.volumeDevices[{index++}].name", device.Text("name") ?? "");
    }

    private static string QualityOfService(JsonNode? spec)
    {
        var containers = spec.Array("containers").Objects().Concat(spec.Array("initContainers").Objects()).ToList();
        static bool Asks(JsonObject container, string kind) => container.Object("resources", kind) is { Count: > 0 };
        if (!containers.Exists(container => Asks(container, "requests") || Asks(container, "limits"))) return "BestEffort";
        return containers.TrueForAll(IsGuaranteed) ? "Guaranteed" : "Burstable";
    }

    private static bool IsGuaranteed(JsonObject container)
    {
        foreach (var resource in (ReadOnlySpan<string>)["cpu", "memory"])
        {
            var limit = container.Text("resources", "limits", resource);
            if (limit is null || (container.Text("resources", "requests", resource) ?? limit) != limit) return false;
        }
        return true;
    }
}
