namespace Sidecars.Hosting.Flags;

/// <summary>
/// How reading a command line ended: parsed, help was asked for, or an error. It is a value: nothing was printed and nothing ended.
/// <see cref="Report"/> does what the originals do with it.
/// </summary>
public abstract record FlagParse
{
    private FlagParse()
    {
    }

    /// <summary>Every flag has its value.</summary>
    /// <param name="Rest">The words that are no flags. All programs ignore them, as the originals do.</param>
    public sealed record Parsed(IReadOnlyList<string> Rest) : FlagParse;

    /// <summary><c>-h</c> or <c>--help</c>.</summary>
    /// <param name="Usage">The full usage text.</param>
    public sealed record Help(string Usage) : FlagParse;

    /// <summary>An unknown flag, a missing argument or a value that cannot be read.</summary>
    /// <param name="Message">One line in the dialect's words.</param>
    /// <param name="Usage">The full usage text.</param>
    public sealed record Error(string Message, string Usage) : FlagParse;

    /// <summary>
    /// Prints what is to be printed and gives the exit code, or null when the program can go on (common contract 1.1): help is 0,
    /// an error 2.
    /// </summary>
    public int? Report(TextWriter stderr)
    {
        switch (this)
        {
            case Help help:
                stderr.Write(help.Usage);
                return ExitCode.Success;
            case Error error:
                stderr.Write($"{error.Message}\n{error.Usage}");
                return ExitCode.Usage;
            default:
                return null;
        }
    }
}
