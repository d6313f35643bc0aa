using Sidecars.Kubernetes.Objects;

namespace Sidecars.SnapshotController.Groups;

/// <summary>Which claims a group's selector selects, by all that it says: labels and expressions. One that says nothing selects all.</summary>
internal static class LabelSelectors
{
    /// <summary>What is wrong with a selector, or null: one that cannot be read must not be taken for one that asks for less.</summary>
    public static string? Problem(GroupSelector selector)
    {
        foreach (var requirement in selector.MatchExpressions ?? [])
        {
            var values = requirement.Values?.Length ?? 0;
            var problem = requirement.Operator switch
            {
                "In" or "NotIn" => values is 0 ? "needs values" : null,
                "Exists" or "DoesNotExist" => values > 0 ? "takes no values" : null,
                _ => "is not a valid label selector operator; there are In, NotIn, Exists and DoesNotExist",
            };
            if (problem is not null) return $"in the label selector, {requirement.Operator} of key {requirement.Key} {problem}";
        }
        return null;
    }

    public static bool Selects(GroupSelector selector, StringMap? labels) =>
        (selector.MatchLabels ?? StringMap.Empty).All(wanted => labels?[wanted.Key] == wanted.Value)
        && (selector.MatchExpressions ?? []).All(requirement => Holds(requirement, requirement.Key is { } key ? labels?[key] : null));

    /// <summary>The selector in the form that is typed on a command line.</summary>
    public static string Text(GroupSelector selector)
    {
        var parts = (selector.MatchLabels ?? StringMap.Empty).Select(l => $"{l.Key}={l.Value}").Order(StringComparer.Ordinal)
            .Concat((selector.MatchExpressions ?? []).Select(Text)).ToList();
        return parts.Count is 0 ? "<none>" : string.Join(',', parts);
    }

    private static bool Holds(LabelRequirement requirement, string? value) => requirement.Operator switch
    {
        "In" => value is not null && (requirement.Values ?? []).Contains(value),
        "NotIn" => value is null || !(requirement.Values ?? []).Contains(value),
        "Exists" => value is not null,
        "DoesNotExist" => value is null,
        _ => false,
    };

    private static string Text(LabelRequirement requirement) => requirement.Operator switch
    {
        "In" => $"{requirement.Key} in ({string.Join(',', requirement.Values ?? [])})",
        "NotIn" => $"{requirement.Key} notin ({string.Join(',', requirement.Values ?? [])})",
        "DoesNotExist" => $"!{requirement.Key}",
        _ => requirement.Key ?? "",
    };
}
