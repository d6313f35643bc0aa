using System.Text.RegularExpressions;
using Sidecars.Documentation.Tests.Sources;

namespace Sidecars.Documentation.Tests.Messages;

/// <summary>
/// The texts of the programs, to look messages up in. In a message of a page <c>&lt;...&gt;</c> stands for one place that is filled in: an expression
/// of an interpolated text, or a name in braces of a text for the log.
/// </summary>
internal static partial class Messages
{
    private static readonly Lazy<HashSet<string>> s_texts = new(() =>
        [.. Repository.ShippedSources().SelectMany(path => CSharpText.Of(File.ReadAllText(path))).Select(text => InBraces().Replace(text.Text, $"{CSharpText.Hole}"))]);

    /// <summary>Whether a text of the programs has the message, whole or as a part.</summary>
    public static bool Have(string message)
    {
        var wanted = Placeholder().Replace(message, $"{CSharpText.Hole}");
        return s_texts.Value.Any(text => text.Contains(wanted, StringComparison.Ordinal));
    }

    /// <summary>Whether it is a text of its own, as the reason of an event is.</summary>
    public static bool HaveWord(string word) => s_texts.Value.Contains(word);

    /// <summary>How much of a message is said by itself: one that is all placeholders is found anywhere.</summary>
    public static int FixedLength(string message) => Placeholder().Replace(message, "").Length;

    [GeneratedRegex(@"\{@?\w+\}")]
    private static partial Regex InBraces();

    [GeneratedRegex("<[^>]+>")]
    private static partial Regex Placeholder();
}
