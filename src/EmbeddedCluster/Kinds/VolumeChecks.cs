using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>Checks that claims, volumes and storage classes share.</summary>
internal static class VolumeChecks
{
    private const int LongestDriverName = 63;
    private const string NotAnOperator = "not a valid selector operator";
    private static readonly string[] AccessModes = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];

    public static void CheckAccessModes(JsonArray? modes, FieldErrors errors)
    {
        var named = modes.Texts().ToList();
        foreach (var mode in named)
            if (!AccessModes.Contains(mode)) errors.NotSupported("spec.accessModes", mode, AccessModes);
        if (named.Count > 1 && named.Contains("ReadWriteOncePod"))
            errors.Forbidden("spec.accessModes", "may not use ReadWriteOncePod with other access modes");
    }

    public static void CheckVolumeMode(JsonNode? spec, FieldErrors errors)
    {
        if (spec.Text("volumeMode") is { } mode and not ("Block" or "Filesystem")) errors.NotSupported("spec.volumeMode", mode, "Block", "Filesystem");
    }

    public static void CheckClassName(JsonNode? spec, string field, FieldErrors errors)
    {
        if (spec.Text(field) is { Length: > 0 } name && Names.CheckSubdomain(name) is { } wrong) errors.Invalid("spec." + field, name, wrong);
    }

    public static void CheckPositive(string? quantity, string field, FieldErrors errors)
    {
        if (quantity is not null && Quantity.TryParse(quantity, out var amount) && amount.Sign <= 0)
            errors.Invalid(field, quantity, "must be greater than zero");
    }

    public static void CheckDriverName(string? driver, string field, FieldErrors errors)
    {
        if (string.IsNullOrEmpty(driver)) errors.Required(field);
        else if (driver.Length > LongestDriverName) errors.TooLong(field, LongestDriverName);
        else if (Names.CheckSubdomain(driver.ToLowerInvariant()) is { } wrong) errors.Invalid(field, driver, wrong);
    }

    /// <summary>The terms of a node selector: at least one, each requirement with an operator that fits its values.</summary>
    public static void CheckNodeSelector(JsonNode? selector, string path, FieldErrors errors)
    {
        var terms = selector.Array("nodeSelectorTerms");
        if (terms is not { Count: > 0 })
        {
            errors.Required(path + ".nodeSelectorTerms", "must have at least one node selector term");
            return;
        }
        for (var t = 0; t < terms.Count; t++)
            foreach (var group in (ReadOnlySpan<string>)["matchExpressions", "matchFields"])
            {
                var index = 0;
                foreach (var requirement in terms[t].Array(group).Objects())
                {
                    var at = $"{path}.nodeSelectorTerms[{t}].{group}[{index++}]";
                    if (group == "matchFields") CheckFieldRequirement(requirement, at, errors);
                    else CheckRequirement(requirement, at, allowsOrder: true, errors);
                }
            }
    }

    /// <summary>A label selector: pairs that are labels, and requirements.</summary>
    public static void CheckLabelSelector(JsonNode? selector, string path, FieldErrors errors)
    {
        CheckLabels(selector.Object("matchLabels"), path + ".matchLabels", errors);
        var index = 0;
        foreach (var requirement in selector.Array("matchExpressions").Objects())
            CheckRequirement(requirement, $"{path}.matchExpressions[{index++}]", allowsOrder: false, errors);
    }

    /// <summary>Pairs that objects are chosen by: each could be a label.</summary>
    public static void CheckLabels(JsonObject? labels, string path, FieldErrors errors)
    {
        foreach (var (key, value) in labels ?? [])
        {
            if (Names.CheckQualified(key) is { } wrongKey) errors.Invalid(path, key, wrongKey);
            var text = JsonReading.AsText(value) ?? "";
            if (Names.CheckLabelValue(text) is { } wrongValue) errors.Invalid(path, text, wrongValue);
        }
    }

    // Of the fields of a node a selector can name only one, and only one value of it.
    private static void CheckFieldRequirement(JsonObject requirement, string path, FieldErrors errors)
    {
        var choice = requirement.Text("operator") ?? "";
        if (choice is not ("In" or "NotIn")) errors.Invalid(path + ".operator", choice, NotAnOperator);
        else if (requirement.Array("values") is not { Count: 1 })
            errors.Required(path + ".values", "must be only one value when `operator` is 'In' or 'NotIn' for node field selector");
        var key = requirement.Text("key") ?? "";
        if (key != "metadata.name") errors.Invalid(path + ".key", key, "not a valid field selector key");
    }

    private static void CheckRequirement(JsonObject requirement, string path, bool allowsOrder, FieldErrors errors)
    {
        var count = requirement.Array("values")?.Count ?? 0;
        switch (requirement.Text("operator") ?? "")
        {
            case "In" or "NotIn" when count == 0:
                errors.Required(path + ".values", "must be specified when `operator` is 'In' or 'NotIn'");
                break;
            case "Exists" or "DoesNotExist" when count > 0:
                errors.Forbidden(path + ".values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
                break;
            case "Gt" or "Lt" when allowsOrder && count != 1:
                errors.Required(path + ".values", "must be specified single value when `operator` is 'Lt' or 'Gt'");
                break;
            case "In" or "NotIn" or "Exists" or "DoesNotExist":
            case "Gt" or "Lt" when allowsOrder:
                break;
            case var other:
                errors.Invalid(path + ".operator", other, NotAnOperator);
                break;
        }
        var index = 0;
        foreach (var value in requirement.Array("values").Texts())
        {
            var at = $"{path}.values[{index++}]";
            if (Names.CheckLabelValue(value) is { } wrongValue) errors.Invalid(at, value, wrongValue);
        }
        var key = requirement.Text("key") ?? "";
        if (Names.CheckQualified(key) is { } wrong) errors.Invalid(path + ".key", key, wrong);
    }

    /// <summary>What a claim made of a template cannot be without.</summary>
    public static void CheckTemplate(JsonObject template, string path, FieldErrors errors)
    {
        if (template.Array("spec", "accessModes") is not { Count: > 0 }) errors.Required(path + ".spec.accessModes", "at least 1 access mode is required");
        if (template.At("spec", "resources", "requests", "storage") is null) errors.Required(path + ".spec.resources[storage]");
    }
}
