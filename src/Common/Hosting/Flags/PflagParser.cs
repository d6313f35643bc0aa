namespace Sidecars.Hosting.Flags;

/// <summary>
/// The POSIX grammar: two dashes for long names, bundles of one-letter flags behind one dash, flags and other words in any order until
/// <c>--</c>.
/// </summary>
internal sealed class PflagParser(FlagSet flags)
{
    private readonly List<string> _rest = [];

    public FlagParse Parse(IReadOnlyList<string> args)
    {
        for (var next = 0; next < args.Count;)
        {
            var word = args[next++];
            if (word == "--")
            {
                _rest.AddRange(args.Skip(next));
                break;
            }
            if (word.Length < 2 || word[0] != '-') _rest.Add(word);
            else if ((word[1] == '-' ? Long(word, args, ref next) : Bundle(word, args, ref next)) is { } end) return end;
        }
        return new FlagParse.Parsed(_rest);
    }

    private FlagParse? Long(string word, IReadOnlyList<string> args, ref int next)
    {
        var name = word[2..];
        if (name[0] is '-' or '=') return Error($"bad flag syntax: {word}");
        string? value = null;
        var equals = name.IndexOf('=', StringComparison.Ordinal);
        if (equals > 0) (name, value) = (name[..equals], name[(equals + 1)..]);

        if (flags.Find(name) is not { } flag)
            return name == "help" ? new FlagParse.Help(flags.Usage()) : Error($"unknown flag: --{name}");
        value ??= flag.ImpliedText;
        if (value is null)
        {
            if (next == args.Count) return Error($"flag needs an argument: --{name}");
            value = args[next++];
        }
        return Set(flag, value);
    }

    private FlagParse? Bundle(string word, IReadOnlyList<string> args, ref int next)
    {
        for (var rest = word[1..]; rest.Length > 0; rest = rest[1..])
        {
            var letter = rest[0];
            if (flags.FindShorthand(letter) is not { } flag)
            {
                return letter == 'h'
                    ? new FlagParse.Help(flags.Usage())
                    : Error($"unknown shorthand flag: '{letter}' in -{rest}");
            }
            string value;
            var last = true;
            if (rest.Length > 2 && rest[1] == '=') value = rest[2..];
            else if (flag.ImpliedText is { } implied) (value, last) = (implied, false);
            else if (rest.Length > 1) value = rest[1..];
            else if (next < args.Count) value = args[next++];
            else return Error($"flag needs an argument: '{letter}' in -{rest}");

            if (Set(flag, value) is { } end) return end;
            if (last) return null;
        }
        return null;
    }

    private FlagParse.Error? Set(Flag flag, string value)
    {
        if (flag.Set(value) is not { } fault) return null;
        var shown = flag.Shorthand is { } letter ? $"-{letter}, --{flag.Name}" : $"--{flag.Name}";
        return Error($"invalid argument {GoQuote.Quote(value)} for \"{shown}\" flag: {fault.PflagText}");
    }

    private FlagParse.Error Error(string message) => new(message, flags.Usage());
}
