namespace Sidecars.EmbeddedCluster;

/// <summary>The words that cannot be names in an expression. Fields called so are reached by the word between two pairs of underscores.</summary>
internal static class CelWords
{
    private static readonly HashSet<string> s_reserved = new(StringComparer.Ordinal)
    {
        "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package", "namespace", "return", "var", "void", "while",
    };

    /// <summary>True for words kept for later, which no name may be and a field may.</summary>
    public static bool IsReserved(string name) => s_reserved.Contains(name);

    public static bool IsWord(string name) => IsReserved(name) || name is "true" or "false" or "null" or "in";

    public static string Escape(string word) => $"__{word}__";
}
