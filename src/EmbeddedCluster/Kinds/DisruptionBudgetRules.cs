using System.Globalization;
using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>Disruption budgets: one of two bounds, each a number or a percentage. Nothing here counts pods.</summary>
internal sealed class DisruptionBudgetRules : KindRules
{
    private const string PercentText = "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";
    private const int All = 100;

    public override bool TracksGeneration => true;

    public override bool AllowsUnconditionalUpdate => false;

    public override void Validate(JsonObject content, FieldErrors errors)
    {
        var spec = content["spec"];
        if (spec.At("minAvailable") is not null && spec.At("maxUnavailable") is not null) errors.Invalid("spec", Shown(spec!), "minAvailable and maxUnavailable cannot be both set");
        foreach (var bound in (ReadOnlySpan<string>)["minAvailable", "maxUnavailable"])
            if (spec.At(bound) is { } value) CheckBound(value, $"spec.{bound}", errors);
        VolumeChecks.CheckLabelSelector(spec.Object("selector"), "spec.selector", errors);
        if (spec.Text("unhealthyPodEvictionPolicy") is { } policy and not ("AlwaysAllow" or "IfHealthyBudget"))
            errors.NotSupported("spec.unhealthyPodEvictionPolicy", policy, "AlwaysAllow", "IfHealthyBudget");
    }

    // The server shows the whole spec by the names of its own fields.
    private static JsonObject Shown(JsonNode spec) => new()
    {
        ["MinAvailable"] = spec["minAvailable"]?.DeepClone(), ["Selector"] = spec["selector"]?.DeepClone(), ["MaxUnavailable"] = spec["maxUnavailable"]?.DeepClone(),
        ["UnhealthyPodEvictionPolicy"] = spec["unhealthyPodEvictionPolicy"]?.DeepClone(),
    };

    private static void CheckBound(JsonNode value, string path, FieldErrors errors)
    {
        if (JsonReading.AsText(value) is not { } text)
        {
            if (JsonReading.AsInteger(value) < 0) errors.Invalid(path, value, "must be greater than or equal to 0");
        }
        else if (text.Length < 2 || text[^1] != '%' || text.AsSpan(0, text.Length - 1).ContainsAnyExceptInRange('0', '9')) errors.Invalid(path, text, PercentText);
        else if (!int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var percent) || percent > All)
            errors.Invalid(path, text, "must not be greater than 100%");
    }
}
