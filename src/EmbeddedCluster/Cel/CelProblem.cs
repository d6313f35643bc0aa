namespace Sidecars.EmbeddedCluster;

/// <summary>What is wrong with an expression, and at which offset of its text.</summary>
internal readonly record struct CelProblem(int At, string Message)
{
    /// <summary>The problem as the real server shows it: with line, column, and the line itself.</summary>
    public string Show(string text)
    {
        var at = Math.Min(At, text.Length);
        var start = at == 0 ? 0 : text.LastIndexOf('\n', at - 1) + 1;
        var end = text.IndexOf('\n', start) is >= 0 and var found ? found : text.Length;
        var line = text.AsSpan(0, start).Count('\n') + 1;
        return $"ERROR: <input>:{line}:{at - start + 1}: {Message}\n | {text[start..end]}\n | {new string('.', at - start)}^";
    }
}
