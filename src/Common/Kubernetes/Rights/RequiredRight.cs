namespace Sidecars.Kubernetes.Rights;

/// <summary>
/// A right that a feature of a sidecar needs, as a rule of a role grants it. The tables of the sidecars are what the charts' roles are made after, and a
/// test compares the two.
/// </summary>
/// <param name="Feature">What is lost without it, in words that can follow "without it there is no".</param>
/// <param name="Group">API group; empty for the core group.</param>
/// <param name="Resource">Plural, with the subresource behind a slash.</param>
/// <param name="Verbs">Each is asked for by itself.</param>
public sealed record RequiredRight(string Feature, string Group, string Resource, params IReadOnlyList<string> Verbs)
{
    /// <summary>The verbs of a cache whose objects are also read one at a time.</summary>
    public static IReadOnlyList<string> Reading { get; } = ["get", .. Watching];

    /// <summary>The verbs of a cache: which of the two a server sees depends on its release.</summary>
    public static IReadOnlyList<string> Watching => ["list", "watch"];

    /// <summary>The namespace it is needed in; null for the whole cluster.</summary>
    public string? Namespace { get; init; }

    /// <summary>The one object it is needed for; null for all.</summary>
    public string? Name { get; init; }

    /// <summary>The rule that grants some of its verbs, as it would stand in a role.</summary>
    public string Rule(IEnumerable<string> verbs) =>
        $"{{apiGroups: [\"{Group}\"], resources: [\"{Resource}\"], {(Name is null ? "" : $"resourceNames: [\"{Name}\"], ")}verbs: [{string.Join(", ", verbs.Select(verb => $"\"{verb}\""))}]}}";

    /// <summary>Where that rule belongs.</summary>
    public string Place => Namespace is null ? "a ClusterRole" : $"a Role of namespace {Namespace}";
}
