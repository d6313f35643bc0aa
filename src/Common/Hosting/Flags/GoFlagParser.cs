namespace Sidecars.Hosting.Flags;

/// <summary>
/// Go's own grammar: <c>-x</c> and <c>--x</c> are the same, parsing stops at the first word that is no flag or after <c>--</c>, and
/// what follows is ignored.
/// </summary>
internal sealed class GoFlagParser(FlagSet flags)
{
    public FlagParse Parse(IReadOnlyList<string> args)
    {
        var next = 0;
        while (next < args.Count)
        {
            var word = args[next];
            if (word.Length < 2 || word[0] != '-') break;
            next++;
            if (word == "--") break;
            if (One(word, args, ref next) is { } end) return end;
        }
        return new FlagParse.Parsed([.. args.Skip(next)]);
    }

    private FlagParse? One(string word, IReadOnlyList<string> args, ref int next)
    {
        var name = word[(word[1] == '-' ? 2 : 1)..];
        if (name.Length == 0 || name[0] is '-' or '=') return Error($"bad flag syntax: {word}");
        string? value = null;
        var equals = name.IndexOf('=', StringComparison.Ordinal);
        if (equals > 0) (name, value) = (name[..equals], name[(equals + 1)..]);

        if (flags.Find(name) is not { } flag)
            return name is "help" or "h" ? new FlagParse.Help(flags.Usage()) : Error($"flag provided but not defined: -{name}");
        if (flag.ImpliedText is { } implied)
        {
            return value is not null && flag.Set(value) is { } bad
                ? Error($"invalid boolean value {GoQuote.Quote(value)} for -{name}: {bad.GoText}")
                : value is null ? Implied(flag, implied) : null;
        }
        if (value is null)
        {
            if (next == args.Count) return Error($"flag needs an argument: -{name}");
            value = args[next++];
        }
        return flag.Set(value) is { } fault ? Error($"invalid value {GoQuote.Quote(value)} for flag -{name}: {fault.GoText}") : null;
    }

    private static FlagParse? Implied(Flag flag, string implied)
    {
        flag.Set(implied);
        return null;
    }

    private FlagParse.Error Error(string message) => new(message, flags.Usage());
}
