namespace Sidecars.Hosting.Logging;

/// <summary>What the logging flags decide: the verbosity, the format, and exceptions from the verbosity by class name.</summary>
/// <param name="Verbosity">The value of <c>-v</c>.</param>
/// <param name="Format">Text or JSON.</param>
/// <param name="VModule">Rules of <c>--vmodule</c>, the first match wins.</param>
public sealed record KlogOptions(int Verbosity, KlogFormat Format, IReadOnlyList<VModuleRule> VModule)
{
    /// <summary>Verbosity 0, text, no exceptions: what a program runs with when no flag is given.</summary>
    public static KlogOptions Default { get; } = new(0, KlogFormat.Text, []);
}
