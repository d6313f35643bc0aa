namespace Sidecars.EmbeddedCluster;

/// <summary>The refusals of an apply, in the words of the real server: above all of one that would change what others own.</summary>
internal static class ApplyConflict
{
    public static ApiStatus Of(IReadOnlyList<(FieldOwner Owner, FieldSet Fields)> conflicts)
    {
        var fields = conflicts.SelectMany(conflict => conflict.Fields.Members().Select(member => (Owner: conflict.Owner.Show(), Field: FieldSet.Show(member))))
            .OrderBy(conflict => conflict.Owner, StringComparer.Ordinal).ToList();
        return new ApiStatus(409, "Conflict", Message(fields))
        {
            Details = new() { Causes = [.. fields.Select(conflict => new StatusCause("FieldManagerConflict", $"conflict with {conflict.Owner}", conflict.Field))] },
        };
    }

    /// <summary>What is said of an applied object that does not fit its kind.</summary>
    public static string NotTyped(ResourceDefinition resource, System.Text.Json.Nodes.JsonObject applied, string why) =>
        $"failed to create typed patch object ({applied["metadata"].Text("namespace")}/{applied["metadata"].Text("name")}; {resource.GroupVersion}, Kind={resource.Kind}): {why}";

    private static string Message(List<(string Owner, string Field)> fields)
    {
        if (fields is [var only]) return $"Apply failed with 1 conflict: conflict with {only.Owner}: {only.Field}";
        var texts = fields.GroupBy(conflict => conflict.Owner)
            .SelectMany(owner => owner.Select(conflict => $"- {conflict.Field}").Prepend($"conflicts with {owner.Key}:"));
        return $"Apply failed with {fields.Count} conflicts: {string.Join('\n', texts)}";
    }
}
