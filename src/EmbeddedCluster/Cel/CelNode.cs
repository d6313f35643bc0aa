namespace Sidecars.EmbeddedCluster;

/// <summary>
/// A part of a parsed CEL expression. <paramref name="At"/> is the offset that messages about it name, <paramref name="Depth"/> how many parts
/// are nested in it at most.
/// </summary>
internal abstract record CelNode(int At, int Depth)
{
    public sealed record Literal(int At, object Value) : CelNode(At, 1);

    public sealed record Name(int At, string Text) : CelNode(At, 1);

    /// <summary>A field of an object or an entry of a map, or with <paramref name="IsTest"/> whether there is one: <c>has(a.b)</c>.</summary>
    public sealed record Select(int At, CelNode Operand, string Field, bool IsTest) : CelNode(At, Operand.Depth + 1);

    /// <summary>A function or an operator; the operators have names such as <c>_==_</c>. A method has a target.</summary>
    public sealed record Call(int At, string Function, CelNode? Target, IReadOnlyList<CelNode> Arguments)
        : CelNode(At, 1 + Math.Max(Target?.Depth ?? 0, Arguments.Count == 0 ? 0 : Arguments.Max(argument => argument.Depth)));

    public sealed record List(int At, IReadOnlyList<CelNode> Items) : CelNode(At, 1 + (Items.Count == 0 ? 0 : Items.Max(item => item.Depth)));

    public sealed record Map(int At, IReadOnlyList<KeyValuePair<CelNode, CelNode>> Entries)
        : CelNode(At, 1 + (Entries.Count == 0 ? 0 : Entries.Max(entry => Math.Max(entry.Key.Depth, entry.Value.Depth))));

    /// <summary>A macro that goes over a list or the keys of a map: all, exists, exists_one, map, filter. A filter may stand before a map.</summary>
    public sealed record Each(int At, string Macro, CelNode Range, string Variable, CelNode? Filter, CelNode Body)
        : CelNode(At, 1 + Math.Max(Range.Depth, Math.Max(Filter?.Depth ?? 0, Body.Depth)));
}
