using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>What a refusal is about: the object, the single causes, and how long to wait before another attempt.</summary>
public sealed record StatusDetails
{
    /// <summary>The name of the object; empty where it has none yet.</summary>
    public string Name { get; init; } = "";

    /// <summary>The API group, empty for the core group.</summary>
    public string Group { get; init; } = "";

    /// <summary>The kind or the plural resource name, as the real server chooses for each reason.</summary>
    public string Kind { get; init; } = "";

    /// <summary>One entry for each wrong field or special cause.</summary>
    public IReadOnlyList<StatusCause> Causes { get; init; } = [];

    /// <summary>Seconds to wait before another attempt; 0 when there is nothing to say.</summary>
    public int RetryAfterSeconds { get; init; }

    internal JsonObject ToJson()
    {
        var details = new JsonObject();
        if (Name.Length > 0) details["name"] = Name;
        if (Group.Length > 0) details["group"] = Group;
        if (Kind.Length > 0) details["kind"] = Kind;
        if (Causes.Count > 0) details["causes"] = new JsonArray([.. Causes.Select(cause => cause.ToJson())]);
        if (RetryAfterSeconds > 0) details["retryAfterSeconds"] = RetryAfterSeconds;
        return details;
    }
}
