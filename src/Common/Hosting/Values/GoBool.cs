namespace Sidecars.Hosting;

/// <summary>Go's spellings of a boolean, and nothing else (common contract 1.2).</summary>
public static class GoBool
{
    /// <summary>Reads <c>1 t T TRUE true True</c> and <c>0 f F FALSE false False</c>.</summary>
    public static bool TryParse(string text, out bool value)
    {
        value = text is "1" or "t" or "T" or "TRUE" or "true" or "True";
        return value || text is "0" or "f" or "F" or "FALSE" or "false" or "False";
    }
}
