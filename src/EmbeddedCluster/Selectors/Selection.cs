namespace Sidecars.EmbeddedCluster;

/// <summary>A label selector and a field selector together.</summary>
internal sealed class Selection(LabelSelector labels, FieldSelector fields)
{
    public static readonly Selection Everything = new(LabelSelector.Everything, FieldSelector.Everything);

    public bool MatchesEverything { get; } = labels.MatchesEverything && fields.MatchesEverything;

    /// <summary>The one name the field selector allows; null when it does not fix the name.</summary>
    public string? Name => fields.Name;

    public bool Matches(StoredObject stored) => MatchesEverything || (labels.Matches(stored.Labels) && fields.Matches(stored));

    public static (Selection? Selection, ApiStatus? Error) Parse(ResourceDefinition resource, ListOptions options)
    {
        if (options.LabelSelector.Length == 0 && options.FieldSelector.Length == 0) return (Everything, null);
        if (!LabelSelector.TryParse(options.LabelSelector, out var labels, out var labelError))
            return (null, ApiStatus.BadRequest($"unable to parse requirement: {labelError}"));
        if (!FieldSelector.TryParse(resource, options.FieldSelector, out var fields, out var fieldError))
            return (null, ApiStatus.BadRequest(fieldError));
        return (new Selection(labels, fields), null);
    }
}
