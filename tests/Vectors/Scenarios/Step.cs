using System.Text.Json.Nodes;

namespace Sidecars.Vectors.Tests;

/// <summary>One thing done in a scenario: the operation and its argument.</summary>
internal sealed record Step(string Operation, JsonNode? Argument)
{
    /// <summary>A step is an object whose first member names the operation; where it has more members, they are the argument together.</summary>
    internal static Step Of(JsonObject json)
    {
        var (operation, argument) = json.First();
        return new Step(operation, json.Count == 1 ? argument : json);
    }
}
