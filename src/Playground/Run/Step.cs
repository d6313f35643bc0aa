namespace Sidecars.Playground;

/// <summary>
/// Something that has to come true, how one can see that it has, what can be said while it has not, and the program whose log explains it.
/// </summary>
internal sealed record Step(string Promise, string Program, Func<bool> IsTrue, Func<string> LastSeen)
{
    /// <summary>What a run in which it came true may say of itself at the end; null for what is only on the way.</summary>
    public string? Deed { get; init; }
}
