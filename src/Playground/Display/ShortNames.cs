using System.Text.RegularExpressions;

namespace Sidecars.Playground;

/// <summary>
/// Shortens what nobody reads to the end, uids and hashes, in the middle, so that a line of the display fits into a terminal. Names that people
/// gave stay whole.
/// </summary>
internal static partial class ShortNames
{
    private const int Head = 8;
    private const int Tail = 4;

    /// <summary>The text with each uid, and each hash of 32 hexadecimal digits or more, as its beginning and its end.</summary>
    public static string Of(string text) => Long().Replace(text, match => $"{match.Value[..Head]}…{match.Value[^Tail..]}");

    [GeneratedRegex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<![0-9a-zA-Z])[0-9a-f]{32,}(?![0-9a-zA-Z])")]
    private static partial Regex Long();
}
