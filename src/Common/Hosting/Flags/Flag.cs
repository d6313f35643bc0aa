namespace Sidecars.Hosting.Flags;

/// <summary>One registered flag without its type: what usage text and the parsers need to know.</summary>
public abstract class Flag
{
    private protected Flag(string name, string usage, char? shorthand)
    {
        Name = name;
        Usage = usage;
        Shorthand = shorthand;
    }

    /// <summary>The long name without dashes.</summary>
    public string Name { get; }

    /// <summary>The one-letter form of the POSIX dialect, if there is one.</summary>
    public char? Shorthand { get; }

    /// <summary>Whether the command line named the flag, even with its default value.</summary>
    public bool IsSet { get; private protected set; }

    /// <summary>The text behind the flag in the usage.</summary>
    internal string Usage { get; }

    /// <summary>What the usage calls the flag's value; empty for a boolean.</summary>
    internal abstract string TypeName { get; }

    /// <summary>The text a flag without a value stands for; null when a value is required.</summary>
    internal abstract string? ImpliedText { get; }

    /// <summary>The default as the usage prints it, null when it is the type's zero and not worth printing.</summary>
    internal abstract string? DefaultText { get; }

    internal abstract FlagFault? Set(string text);
}
