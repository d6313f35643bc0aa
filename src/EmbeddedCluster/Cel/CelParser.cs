namespace Sidecars.EmbeddedCluster;

/// <summary>Parses CEL expressions, macros included. What is nested too deep is refused, so that no expression can exhaust the stack.</summary>
internal sealed class CelParser
{
    private const int DeepestNesting = 250;
    private const int DeepestTree = 1000;

    private static readonly string[][] s_levels = [["||"], ["&&"], ["<", "<=", ">", ">=", "==", "!=", "in"], ["+", "-"], ["*", "/", "%"]];

    private readonly List<CelToken> _tokens;
    private CelProblem? _problem;
    private int _at;
    private int _nesting;

    private CelParser(List<CelToken> tokens) => _tokens = tokens;

    private CelToken Next => _tokens[_at];

    /// <summary>The expression, or what is wrong with its text.</summary>
    public static (CelNode? Node, CelProblem Problem) Parse(string text)
    {
        var (tokens, problem) = new CelLexer(text).Read();
        if (tokens is null) return (null, problem);
        var parser = new CelParser(tokens);
        var node = parser.Expression();
        if (node is not null && parser.Next.Kind is not CelTokenKind.End) node = parser.Unexpected();
        return (node, parser._problem ?? default);
    }

    private CelNode? Expression()
    {
        if (++_nesting > DeepestNesting) return Fail(Next.At, $"expression recursion limit exceeded: {DeepestNesting}");
        var node = Binary(0);
        if (node is not null && Next.Is("?"))
        {
            var at = Take().At;
            if (Binary(0) is not { } yes || !Expect(":") || Expression() is not { } no) return null;
            node = new CelNode.Call(at, "_?_:_", null, [node, yes, no]);
        }
        _nesting--;
        return node;
    }

    private CelNode? Binary(int level)
    {
        if (level == s_levels.Length) return Unary();
        var left = Binary(level + 1);
        while (left is not null && Next.Kind is CelTokenKind.Symbol && Array.IndexOf(s_levels[level], Next.Text) >= 0)
        {
            var operation = Take();
            if (Binary(level + 1) is not { } right) return null;
            left = new CelNode.Call(operation.At, operation.Text == "in" ? "@in" : $"_{operation.Text}_", null, [left, right]);
            if (left.Depth > DeepestTree) return Fail(operation.At, "the expression is nested too deep");
        }
        return left;
    }

    private CelNode? Unary()
    {
        if (Next.Is("-") && _tokens[_at + 1] is { Kind: CelTokenKind.Literal, Value: long or double or ulong } number && number.At == Next.At + 1)
        {
            var at = Take().At;
            Take();
            if (number.Value is ulong value && value != (ulong)long.MaxValue + 1) return Fail(at, "invalid int literal");
            object negative = number.Value switch { long whole => -whole, double real => (object)-real, _ => long.MinValue };
            return Members(new CelNode.Literal(at, negative));
        }
        if (!Next.Is("!") && !Next.Is("-")) return Primary() is { } primary ? Members(primary) : null;
        var sign = Take();
        if (++_nesting > DeepestNesting) return Fail(sign.At, $"expression recursion limit exceeded: {DeepestNesting}");
        var operand = Unary();
        _nesting--;
        return operand is null ? null : new CelNode.Call(sign.At, sign.Text + "_", null, [operand]);
    }

    private CelNode? Primary()
    {
        if (Next.Is("(")) return Take() is var _ && Expression() is { } inner && Expect(")") ? inner : null;
        if (Next.Is("[")) return Take() is { At: var at } && Arguments("]") is { } items ? new CelNode.List(at, items) : null;
        if (Next.Is("{")) return MapLiteral();
        if (Next.Kind is CelTokenKind.Literal)
            return Next is { Value: ulong } && Next.Text[^1] is not ('u' or 'U') ? Fail(Next.At, "invalid int literal") : new CelNode.Literal(Next.At, Take().Value!);
        if (Next.Is(".")) Take();
        if (Next.Kind is not CelTokenKind.Identifier) return Unexpected();
        var name = Take();
        if (!Next.Is("(")) return CelWords.IsReserved(name.Text) ? Fail(name.At, $"reserved identifier: {name.Text}") : new CelNode.Name(name.At, name.Text);
        var open = Take().At;
        if (Arguments(")") is not { } arguments) return null;
        if (name.Text != "has" || arguments.Count != 1) return new CelNode.Call(open, name.Text, null, arguments);
        return arguments[0] is CelNode.Select { IsTest: false } tested
            ? tested with { At = open, IsTest = true }
            : Fail(arguments[0].At, "invalid argument to has() macro");
    }

    private CelNode? Members(CelNode operand)
    {
        CelNode? node = operand;
        while (node is not null && (Next.Is(".") || Next.Is("[")))
        {
            if (node.Depth > DeepestTree) return Fail(Next.At, "the expression is nested too deep");
            var at = Take().At;
            if (_tokens[_at - 1].Is("["))
            {
                if (Expression() is not { } index || !Expect("]")) return null;
                node = new CelNode.Call(at, "_[_]", null, [node, index]);
                continue;
            }
            if (Next.Kind is not CelTokenKind.Identifier) return Unexpected();
            var field = Take().Text;
            if (!Next.Is("("))
            {
                node = new CelNode.Select(at, node, field, IsTest: false);
                continue;
            }
            var open = Take().At;
            if (Arguments(")") is not { } arguments) return null;
            node = Macro(open, node, field, arguments);
        }
        return node;
    }

    private CelNode? Macro(int at, CelNode target, string name, List<CelNode> arguments)
    {
        var isMacro = name is "all" or "exists" or "exists_one" or "existsOne" or "filter" ? arguments.Count == 2 : name == "map" && arguments.Count is 2 or 3;
        if (!isMacro) return new CelNode.Call(at, name, target, arguments);
        if (arguments[0] is not CelNode.Name variable) return Fail(arguments[0].At, "argument must be a simple name");
        return new CelNode.Each(at, name == "existsOne" ? "exists_one" : name, target, variable.Text, arguments.Count == 3 ? arguments[1] : null, arguments[^1]);
    }

    private CelNode.Map? MapLiteral()
    {
        var at = Take().At;
        var entries = new List<KeyValuePair<CelNode, CelNode>>();
        while (!Next.Is("}"))
        {
            if (Expression() is not { } key || !Expect(":") || Expression() is not { } value) return null;
            entries.Add(new(key, value));
            if (!Next.Is(",")) break;
            Take();
        }
        return Expect("}") ? new CelNode.Map(at, entries) : null;
    }

    private List<CelNode>? Arguments(string end)
    {
        var items = new List<CelNode>();
        while (!Next.Is(end))
        {
            if (Expression() is not { } item) return null;
            items.Add(item);
            if (!Next.Is(",")) break;
            Take();
        }
        return Expect(end) ? items : null;
    }

    private CelToken Take() => _tokens[_at].Kind is CelTokenKind.End ? _tokens[_at] : _tokens[_at++];

    private bool Expect(string symbol)
    {
        if (!Next.Is(symbol)) return Fail(Next.At, $"Syntax error: mismatched input '{Next.Shown}' expecting '{symbol}'") is not null;
        Take();
        return true;
    }

    private CelNode? Unexpected() => Fail(
        Next.At,
        $"Syntax error: mismatched input '{Next.Shown}' expecting " +
        "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}");

    private CelNode? Fail(int at, string message)
    {
        _problem ??= new CelProblem(at, message);
        return null;
    }
}
