using System.Collections.Frozen;

namespace Sidecars.Hosting.Flags;

/// <summary>
/// The flags of one program. Registration returns a typed handle; <see cref="Parse"/> reads a command line exactly as the original's
/// parser does (common contract 1.1) and answers with a value. Names are case-sensitive; registering one twice is a programming error
/// and throws. A set is parsed once.
/// </summary>
/// <param name="program">The name in the usage's first line.</param>
/// <param name="dialect">Whose grammar and wording apply.</param>
public sealed class FlagSet(string program, FlagDialect dialect)
{
    // Ordered by name because both dialects print the usage in that order.
    private readonly SortedDictionary<string, Flag> _flags = new(StringComparer.Ordinal);

    /// <summary>A boolean: present means true, false needs <c>=false</c>.</summary>
    public Flag<bool> Bool(string name, bool @default, string usage, char? shorthand = null) =>
        Add(name, @default, usage, shorthand, FlagKinds.Bool);

    /// <summary>A boolean whose value may also be empty, which means true.</summary>
    public Flag<bool> LenientBool(string name, bool @default, string usage) =>
        Add(name, @default, usage, null, FlagKinds.LenientBool);

    /// <summary>A signed number in Go's literal syntax, limited to 32 bits.</summary>
    public Flag<int> Int(string name, int @default, string usage, char? shorthand = null) =>
        Add(name, @default, usage, shorthand, FlagKinds.Int);

    /// <summary>An unsigned number in Go's literal syntax, limited to 32 bits.</summary>
    public Flag<uint> Uint(string name, uint @default, string usage, char? shorthand = null) =>
        Add(name, @default, usage, shorthand, FlagKinds.Uint);

    /// <summary>A floating-point number.</summary>
    public Flag<double> Float(string name, double @default, string usage, char? shorthand = null) =>
        Add(name, @default, usage, shorthand, FlagKinds.Float);

    /// <summary>Any text, also the empty one.</summary>
    public Flag<string> String(string name, string @default, string usage, char? shorthand = null) =>
        Add(name, @default, usage, shorthand, FlagKinds.String);

    /// <summary>Text of a certain form; <paramref name="fault"/> says, in Go's words, what is wrong with a value, or null.</summary>
    public Flag<string> String(string name, string @default, string usage, Func<string, string?> fault) =>
        Add(name, @default, usage, null, FlagKinds.StringOf(fault));

    /// <summary>A duration in Go's syntax; a number without a unit is an error, except 0.</summary>
    public Flag<TimeSpan> Duration(string name, TimeSpan @default, string usage, char? shorthand = null) =>
        Add(name, @default, usage, shorthand, FlagKinds.Duration);

    /// <summary>Labels as <c>key:value,key:value</c>; repeating the flag adds to them.</summary>
    public Flag<IReadOnlyDictionary<string, string>> Labels(string name, string usage) =>
        Add(name, FrozenDictionary<string, string>.Empty, usage, null, FlagKinds.Labels);

    /// <summary>Feature gates as <c>Name=true,Other=false</c>; repeating the flag adds to them. Names are checked by <see cref="FeatureGateSet"/>.</summary>
    public Flag<IReadOnlyDictionary<string, bool>> FeatureGates(string name, string usage) =>
        Add(name, FrozenDictionary<string, bool>.Empty, usage, null, FlagKinds.FeatureGates);

    /// <summary>A Kubernetes quantity.</summary>
    public Flag<Quantity> Quantity(string name, Quantity @default, string usage) =>
        Add(name, @default, usage, null, FlagKinds.Quantity);

    /// <summary>Reads the arguments (without the program's own name).</summary>
    public FlagParse Parse(IReadOnlyList<string> args) =>
        dialect == FlagDialect.GoFlag ? new GoFlagParser(this).Parse(args) : new PflagParser(this).Parse(args);

    /// <summary>The usage text in the dialect's layout, flags sorted by name.</summary>
    public string Usage() =>
        dialect == FlagDialect.GoFlag ? GoFlagUsage.Compose(program, _flags.Values) : PflagUsage.Compose(program, _flags.Values);

    internal Flag? Find(string name) => _flags.GetValueOrDefault(name);

    internal Flag? FindShorthand(char letter) => _flags.Values.FirstOrDefault(flag => flag.Shorthand == letter);

    internal Flag<T> Add<T>(string name, T @default, string usage, char? shorthand, FlagKind<T> kind)
    {
        var flag = new Flag<T>(name, @default, usage, shorthand, kind);
        _flags.Add(name, flag);
        return flag;
    }
}
