namespace Sidecars.Hosting.Flags;

/// <summary>What a kind of flag value is called, how it is read and how its default is printed.</summary>
internal sealed record FlagKind<T>(string TypeName, FlagReader<T> Read, Func<T, string?> DefaultText)
{
    /// <summary>The text a flag without a value stands for; null when a value is required.</summary>
    public string? ImpliedText { get; init; }
}

/// <summary>
/// Reads <paramref name="text"/>; null means success. A repeated flag comes with <paramref name="wasSet"/> and the value of the
/// earlier occurrence, so that maps can accumulate.
/// </summary>
internal delegate FlagFault? FlagReader<T>(string text, bool wasSet, T earlier, out T value);
