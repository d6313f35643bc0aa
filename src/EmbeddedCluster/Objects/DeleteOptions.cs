using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>What a delete asks for. Propagation policies are accepted; dependents are never orphaned nor waited for.</summary>
public sealed record DeleteOptions
{
    /// <summary>The defaults of the kind.</summary>
    public static readonly DeleteOptions Default = new();

    /// <summary>Seconds until the object goes; null means the kind's own default.</summary>
    public long? GracePeriodSeconds { get; init; }

    /// <summary>The uid the object must have; null when any will do.</summary>
    public string? Uid { get; init; }

    /// <summary>The version the object must have; null when any will do.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>Checks and answers as always, but removes nothing.</summary>
    public bool IsDryRun { get; init; }

    internal static DeleteOptions Read(JsonObject? body) => body is null ? Default : new()
    {
        GracePeriodSeconds = body.Integer("gracePeriodSeconds"),
        Uid = body.Text("preconditions", "uid"),
        ResourceVersion = body.Text("preconditions", "resourceVersion"),
        IsDryRun = body.Array("dryRun").Texts().Contains("All"),
    };
}
