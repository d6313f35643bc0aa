using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>One who wrote to an object, and the fields that are theirs: an entry of <c>managedFields</c>.</summary>
/// <param name="Manager">The name the client gave itself.</param>
/// <param name="IsApplier">True for one who applies; false for one who creates, replaces and patches.</param>
/// <param name="ApiVersion">The version the fields are of.</param>
/// <param name="Subresource">Such as <c>status</c>; empty for the object itself.</param>
/// <param name="Time">When the entry changed last.</param>
/// <param name="Fields">What is theirs.</param>
internal sealed record FieldOwner(string Manager, bool IsApplier, string ApiVersion, string Subresource, string? Time, FieldSet Fields)
{
    private const string Apply = "Apply", Update = "Update";

    /// <summary>The entries of an object's metadata; null where one of them cannot be read. An entry without anything counts as none.</summary>
    public static List<FieldOwner>? Read(JsonArray? entries)
    {
        var owners = new List<FieldOwner>();
        foreach (var entry in entries ?? [])
        {
            if (entry is not JsonObject { Count: > 0 }) continue;
            var operation = entry.Text("operation");
            if (operation is not (Apply or Update) || entry.Text("fieldsType") is not (null or "" or "FieldsV1")) return null;
            owners.Add(new FieldOwner(
                entry.Text("manager") ?? "", operation == Apply, entry.Text("apiVersion") ?? "", entry.Text("subresource") ?? "",
                entry.Text("time"), FieldSet.Parse(entry.Object("fieldsV1"))));
        }
        return owners;
    }

    public static JsonArray Write(IEnumerable<FieldOwner> owners) => new([.. owners
        .OrderBy(owner => owner.IsApplier ? 0 : 1).ThenBy(owner => owner.Time ?? "", StringComparer.Ordinal).ThenBy(owner => owner.Manager, StringComparer.Ordinal)
        .ThenBy(owner => owner.ApiVersion, StringComparer.Ordinal).ThenBy(owner => owner.Subresource, StringComparer.Ordinal).Select(owner => (JsonNode)owner.ToJson())]);

    /// <summary>True when both entries are of the same one: who applies is known without the version, because they always say all that they own.</summary>
    public bool IsSame(FieldOwner other) => Manager == other.Manager && IsApplier == other.IsApplier && Subresource == other.Subresource
        && (IsApplier || ApiVersion == other.ApiVersion);

    /// <summary>The owner as a conflict names it.</summary>
    public string Show() =>
        FieldErrors.Quote(Manager) + (Subresource.Length > 0 ? $" with subresource {FieldErrors.Quote(Subresource)}" : "") + (IsApplier ? "" : $" using {ApiVersion}");

    private JsonObject ToJson()
    {
        var entry = new JsonObject { ["manager"] = Manager, ["operation"] = IsApplier ? Apply : Update, ["apiVersion"] = ApiVersion };
        if (Time is not null) entry["time"] = Time;
        entry["fieldsType"] = "FieldsV1";
        entry["fieldsV1"] = Fields.ToJson();
        if (Subresource.Length > 0) entry["subresource"] = Subresource;
        return entry;
    }
}
