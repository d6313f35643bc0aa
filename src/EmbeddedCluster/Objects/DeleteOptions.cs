using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>
/// What a delete asks for. What becomes of dependents is the garbage collector's work: where none runs, none is orphaned nor waited for, and none goes.
/// </summary>
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

    /// <summary><c>Foreground</c>, <c>Background</c> or <c>Orphan</c>; null leaves it to what the object says by its finalizers.</summary>
    public string? PropagationPolicy { get; init; }

    internal static DeleteOptions Read(JsonObject? body) => body is null ? Default : new()
    {
        GracePeriodSeconds = body.Integer("gracePeriodSeconds"),
        Uid = body.Text("preconditions", "uid"),
        ResourceVersion = body.Text("preconditions", "resourceVersion"),
        PropagationPolicy = body.Text("propagationPolicy")
            ?? body.Flag("orphanDependents") switch { true => "Orphan", false => "Background", _ => null },
        IsDryRun = body.Array("dryRun").Texts().Contains("All"),
    };
}
