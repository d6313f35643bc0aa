namespace Sidecars.EmbeddedCluster;

/// <summary>What a piece of an expression is.</summary>
internal enum CelTokenKind
{
    End,
    Identifier,
    Literal,
    Symbol,
}

/// <summary>A piece of an expression, with the offset where it begins. A literal has its value already.</summary>
internal readonly record struct CelToken(CelTokenKind Kind, string Text, int At, object? Value = null)
{
    public bool Is(string symbol) => Kind is CelTokenKind.Symbol && Text == symbol;

    /// <summary>How a message names the piece.</summary>
    public string Shown => Kind is CelTokenKind.End ? "<EOF>" : Text;
}
