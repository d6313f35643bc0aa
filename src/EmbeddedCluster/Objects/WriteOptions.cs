namespace Sidecars.EmbeddedCluster;

/// <summary>How a write is to be carried out. The defaults are those of a request without query parameters.</summary>
public sealed record WriteOptions
{
    /// <summary>The defaults.</summary>
    public static readonly WriteOptions Default = new();

    /// <summary>Checks and answers as always, but stores nothing.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>Refuses unknown fields instead of dropping them.</summary>
    public bool IsStrict { get; init; }

    /// <summary>
    /// The name under which the writer's fields are kept. What is created without one is created without notes of whose fields are whose, until
    /// somebody applies to it; an apply has to have one.
    /// </summary>
    public string? FieldManager { get; init; }

    /// <summary>Whether an apply takes over fields that are somebody else's instead of being refused.</summary>
    public bool Force { get; init; }

    /// <summary>Who writes, where <see cref="FieldManager"/> does not say.</summary>
    internal string Writer { get; init; } = "embedded-cluster";

    /// <summary>True when the object comes with the notes of whose fields are whose, up to date.</summary>
    internal bool KnowsOwners { get; init; }

    /// <summary>Drops unknown fields without a word.</summary>
    internal bool IsLenient { get; init; }

    /// <summary>Gets one text for each dropped field and for each rule that may go on being broken; null when nobody wants to know.</summary>
    internal List<string>? Warnings { get; init; }
}
