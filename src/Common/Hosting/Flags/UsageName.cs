namespace Sidecars.Hosting.Flags;

/// <summary>
/// A word in back quotes inside a usage text names the flag's value, as in both originals: the word replaces the type's name and
/// loses its quotes.
/// </summary>
internal static class UsageName
{
    public static (string ValueName, string Usage) Of(Flag flag)
    {
        var usage = flag.Usage;
        var open = usage.IndexOf('`', StringComparison.Ordinal);
        var close = open < 0 ? -1 : usage.IndexOf('`', open + 1);
        if (close < 0) return (flag.TypeName, usage);
        var name = usage[(open + 1)..close];
        return (name, usage[..open] + name + usage[(close + 1)..]);
    }
}
