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

    /// <summary>Drops unknown fields without a word.</summary>
    internal bool IsLenient { get; init; }

    /// <summary>Gets one text for each dropped field and for each rule that may go on being broken; null when nobody wants to know.</summary>
    internal List<string>? Warnings { get; init; }
}
