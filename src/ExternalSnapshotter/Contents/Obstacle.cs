namespace Sidecars.ExternalSnapshotter.Contents;

/// <summary>
/// Why a call cannot be made. The words stand on the object, where other programs read them as the original writes them; events, which only
/// people read, say the cause as well.
/// </summary>
/// <param name="Words">The original's words.</param>
/// <param name="Cause">What is behind them, and what to do; null where the words say it.</param>
internal sealed record Obstacle(string Words, string? Cause = null)
{
    /// <summary>Both.</summary>
    public string Full => Cause is null ? Words : $"{Words}: {Cause}";

    public static implicit operator Obstacle(string words) => new(words);

    public override string ToString() => Full;
}
