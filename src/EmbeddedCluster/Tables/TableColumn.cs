using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>One column of the table that <c>kubectl get</c> prints, with the function that computes its cell from an object.</summary>
internal sealed record TableColumn(string Name, string Type, Func<JsonObject, DateTimeOffset, JsonNode?> Cell)
{
    public string Format { get; init; } = "";

    /// <summary>0 for columns that are always shown, 1 for those of <c>-o wide</c>.</summary>
    public int Priority { get; init; }

    public string Description { get; init; } = "";

    public static readonly TableColumn NameColumn = new("Name", "string", static (content, _) => content["metadata"].Text("name")) { Format = "name" };

    public static readonly TableColumn Age = new("Age", "string", static (content, now) => Ages.Since(content["metadata"].Text("creationTimestamp"), now));

    public static readonly IReadOnlyList<TableColumn> Generic =
        [NameColumn, new("Created At", "date", static (content, _) => content["metadata"].Text("creationTimestamp"))];
}
