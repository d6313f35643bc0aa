namespace Sidecars.Hosting.Flags;

/// <summary>
/// The typed handle of a registered flag: its default until the command line names it, then the parsed value. Read it after
/// <see cref="FlagSet.Parse"/>.
/// </summary>
public sealed class Flag<T> : Flag
{
    private readonly FlagKind<T> _kind;
    private string? _defaultText;

    internal Flag(string name, T @default, string usage, char? shorthand, FlagKind<T> kind) : base(name, usage, shorthand)
    {
        Value = @default;
        _kind = kind;
        _defaultText = kind.DefaultText(@default);
    }

    /// <summary>The value in force.</summary>
    public T Value { get; private set; }

    internal override string TypeName => _kind.TypeName;

    internal override string? ImpliedText => _kind.ImpliedText;

    internal override string? DefaultText => _defaultText;

    /// <summary>Has the usage print what holds where the flag is not given, because that is not its <see cref="Value"/>.</summary>
    internal Flag<T> WithoutItHolds(string text)
    {
        _defaultText = text;
        return this;
    }

    internal override FlagFault? Set(string text)
    {
        if (_kind.Read(text, IsSet, Value, out var value) is { } fault) return fault;
        Value = value;
        IsSet = true;
        return null;
    }
}
