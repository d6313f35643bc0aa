using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>Deployments and their like. Where the controllers run, pods are made of them.</summary>
internal class WorkloadRules(bool hasReplicas) : KindRules
{
    private const int RevisionHistory = 10;

    public override bool TracksGeneration => true;

    public override void SetDefaults(JsonObject content)
    {
        var spec = content.Child("spec");
        if (hasReplicas) spec.Default("replicas", 1);
        switch (content.Text("kind"))
        {
            case "Deployment":
                spec.Default("revisionHistoryLimit", RevisionHistory);
                spec.Default("progressDeadlineSeconds", 600);
                SetStrategy(spec.Child("strategy"), "25%", "25%");
                break;
            case "DaemonSet":
                spec.Default("revisionHistoryLimit", RevisionHistory);
                SetStrategy(spec.Child("updateStrategy"), 0, 1);
                break;
            case "StatefulSet":
                spec.Default("revisionHistoryLimit", RevisionHistory);
                break;
        }
        if (spec.Object("template", "spec") is { } pod) PodDefaults.Set(pod);
    }

    public override void Validate(JsonObject content, FieldErrors errors)
    {
        var spec = content["spec"];
        if (spec.Object("selector") is not { Count: > 0 } selector)
        {
            errors.Required("spec.selector");
            return;
        }
        var labels = spec.Object("template", "metadata", "labels");
        foreach (var (key, value) in selector.Object("matchLabels") ?? [])
            if (labels.Text(key) != JsonReading.AsText(value))
            {
                errors.Invalid("spec.template.metadata.labels", labels ?? [], "`selector` does not match template `labels`");
                break;
            }
        if (spec.Integer("replicas") is < 0 and var replicas)
            errors.Invalid("spec.replicas", JsonValue.Create(replicas), "must be greater than or equal to 0");
        if (spec.Integer("minReadySeconds") is < 0 and var seconds)
            errors.Invalid("spec.minReadySeconds", JsonValue.Create(seconds), "must be greater than or equal to 0");
        var claims = spec.Array("volumeClaimTemplates").Objects().Select(claim => claim["metadata"].Text("name") ?? "");
        PodRules.Check(spec.At("template", "spec"), "spec.template.spec", claims, errors);
        if (spec.Text("template", "spec", "restartPolicy") is { } policy and not "Always")
            errors.NotSupported("spec.template.spec.restartPolicy", policy, "Always");
    }

    public override void ValidateUpdate(JsonObject content, JsonObject old, FieldErrors errors) =>
        CheckImmutable(content["spec"].At("selector"), old["spec"].At("selector"), "spec.selector", errors);

    private static void SetStrategy(JsonObject strategy, JsonNode surge, JsonNode unavailable)
    {
        strategy.Default("type", "RollingUpdate");
        if (strategy.Text("type") != "RollingUpdate") return;
        strategy.Child("rollingUpdate").Default("maxUnavailable", unavailable);
        strategy.Child("rollingUpdate").Default("maxSurge", surge);
    }
}
