using System.IO.Enumeration;

namespace Sidecars.Hosting.Logging;

/// <summary>
/// One <c>pattern=N</c> of <c>--vmodule</c>: classes whose name matches the pattern (<c>*</c> and <c>?</c> are wild cards, case does
/// not count) log at verbosity N instead of <c>-v</c>. The originals match the base name of a source file; a class is our unit.
/// </summary>
/// <param name="Pattern">The pattern for the class name, never empty.</param>
/// <param name="Verbosity">The verbosity of the classes that match.</param>
public sealed record VModuleRule(string Pattern, int Verbosity)
{
    internal bool Matches(ReadOnlySpan<char> className) => FileSystemName.MatchesSimpleExpression(Pattern, className, ignoreCase: true);
}
