using System.Globalization;
using System.Text.Json;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>Label selectors and node selector requirements as they stand in objects (not in query parameters).</summary>
internal static class LabelSelecting
{
    /// <summary>True when the selector is absent or all of its labels and expressions hold.</summary>
    public static bool Matches(JsonElement? selector, IReadOnlyDictionary<string, string> labels)
    {
        if (selector is not { ValueKind: JsonValueKind.Object } present) return true;
        return present.Map("matchLabels").All(pair => labels.GetValueOrDefault(pair.Key) == pair.Value)
            && present.Items("matchExpressions").All(requirement => Holds(requirement, labels));
    }

    /// <summary>True when the single requirement holds; an operator nobody knows never does.</summary>
    public static bool Holds(JsonElement requirement, IReadOnlyDictionary<string, string> labels)
    {
        var has = labels.TryGetValue(requirement.Text("key"), out var value);
        return requirement.Text("operator") switch
        {
            "In" => has && requirement.Texts("values").Contains(value),
            "NotIn" => !has || !requirement.Texts("values").Contains(value),
            "Exists" => has,
            "DoesNotExist" => !has,
            "Gt" => has && Compare(value!, requirement) > 0,
            "Lt" => has && Compare(value!, requirement) < 0,
            _ => false,
        };
    }

    private static int Compare(string value, JsonElement requirement) =>
        long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var left)
        && long.TryParse(requirement.Texts("values").FirstOrDefault(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var right)
            ? left.CompareTo(right)
            : 0;
}
