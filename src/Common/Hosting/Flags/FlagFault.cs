namespace Sidecars.Hosting.Flags;

/// <summary>
/// Why a value was refused, in the words of each dialect: Go's own parser shortens most reasons to "parse error", the POSIX one
/// prints the conversion's message.
/// </summary>
internal readonly record struct FlagFault(string GoText, string PflagText)
{
    public static FlagFault Same(string text) => new(text, text);

    public static FlagFault Syntax(string pflagText) => new("parse error", pflagText);

    public static FlagFault Range(string pflagText) => new("value out of range", pflagText);
}
