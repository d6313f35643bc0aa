namespace Sidecars.EmbeddedCluster;

/// <summary>Which objects a list or an in-process watch shows.</summary>
public sealed record ListOptions
{
    /// <summary>Everything.</summary>
    public static readonly ListOptions Default = new();

    /// <summary>A label selector as in <c>kubectl -l</c>; empty for all.</summary>
    public string LabelSelector { get; init; } = "";

    /// <summary>A field selector as in <c>kubectl --field-selector</c>; empty for all.</summary>
    public string FieldSelector { get; init; } = "";
}
