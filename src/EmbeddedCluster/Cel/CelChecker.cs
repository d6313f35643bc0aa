namespace Sidecars.EmbeddedCluster;

/// <summary>
/// Finds the type of every part of an expression and what cannot be right whatever the values are: names, fields and functions there are not, and
/// operations on types that have no such operation. The messages are those of the real server.
/// </summary>
internal sealed class CelChecker
{
    private readonly List<(string Name, CelType Type)> _names;
    private readonly List<CelProblem> _problems = [];
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);

    // The names there are at first; those of macros come after them.
    private readonly int _environment;

    private CelChecker(IReadOnlyDictionary<string, CelType> names) =>
        (_names, _environment) = ([.. names.Select(name => (name.Key, name.Value))], names.Count);

    /// <summary>The type of the whole, what is wrong, and the names of the environment it mentions.</summary>
    public static (CelType Type, IReadOnlyList<CelProblem> Problems, IReadOnlySet<string> Names) Check(CelNode node, IReadOnlyDictionary<string, CelType> names)
    {
        var checker = new CelChecker(names);
        return (checker.TypeOf(node), checker._problems, checker._used);
    }

    private CelType TypeOf(CelNode node) => node switch
    {
        CelNode.Literal literal => CelValues.TypeOf(literal.Value),
        CelNode.Name name => Named(name),
        CelNode.Select select => Selected(select),
        CelNode.Call call => Called(call),
        CelNode.List list => CelType.List(Common(list.Items)),
        CelNode.Map map => CelType.Map(Common([.. map.Entries.Select(entry => entry.Key)]), Common([.. map.Entries.Select(entry => entry.Value)])),
        CelNode.Each each => Over(each),
        _ => CelType.Dyn,
    };

    private CelType Named(CelNode.Name name)
    {
        var index = _names.FindLastIndex(known => known.Name == name.Text);
        if (index < 0) return CelFunctions.IsType(name.Text) ? CelType.Type : Unknown(name.At, name.Text);
        if (index < _environment) _used.Add(name.Text);
        return _names[index].Type;
    }

    private CelType Selected(CelNode.Select select)
    {
        var operand = TypeOf(select.Operand);
        CelType? field = operand.Kind switch
        {
            CelKind.Object when CelWords.IsReserved(select.Field) => operand.Fields.GetValueOrDefault(CelWords.Escape(select.Field)),
            CelKind.Object => operand.Fields.GetValueOrDefault(select.Field),
            CelKind.Map => operand.Element,
            CelKind.Dyn => CelType.Dyn,
            _ => null,
        };
        if (field is not null) return select.IsTest ? CelType.Bool : field;
        return Wrong(select.At, operand.Kind is CelKind.Object ? $"undefined field '{select.Field}'" : $"type '{operand}' does not support field selection");
    }

    private CelType Called(CelNode.Call call)
    {
        var target = call.Target is { } operand ? TypeOf(operand) : null;
        var types = call.Arguments.Select(TypeOf).ToList();
        if (call.Function is "_&&_" or "_||_")
        {
            for (var i = 0; i < types.Count; i++) ExpectBool(call.Arguments[i], types[i]);
            return CelType.Bool;
        }
        if (call is { Function: "matches", Arguments: [.., CelNode.Literal { Value: string pattern } written] } && !CelFunctions.IsPattern(pattern))
            return Wrong(written.At, "invalid matches argument");
        if (!CelFunctions.Exists(call.Function)) return Unknown(call.At, call.Function);
        return CelFunctions.ResultOf(call.Function, target, types)
            ?? Wrong(call.At, $"found no matching overload for '{call.Function}' applied to '{(target is null ? "" : target + ".")}({string.Join(", ", types)})'");
    }

    private CelType Over(CelNode.Each each)
    {
        var range = TypeOf(each.Range);
        var element = range.Kind switch { CelKind.List => range.Element, CelKind.Map => range.Key, CelKind.Dyn => CelType.Dyn, _ => null };
        if (element is null) return Wrong(each.Range.At, $"expression of type '{range}' cannot be range of a comprehension (must be list, map, or dynamic)");
        _names.Add((each.Variable, element));
        if (each.Filter is { } filter) ExpectBool(filter, TypeOf(filter));
        var body = TypeOf(each.Body);
        _names.RemoveAt(_names.Count - 1);
        if (each.Macro == "map") return CelType.List(body);
        ExpectBool(each.Body, body);
        return each.Macro == "filter" ? CelType.List(element) : CelType.Bool;
    }

    // The literals of lists and maps hold values of one type.
    private CelType Common(IReadOnlyList<CelNode> items)
    {
        CelType? common = null;
        foreach (var item in items)
        {
            var type = TypeOf(item);
            if (common is null || common.Kind is CelKind.Null) common = type;
            else if (!common.Fits(type)) Wrong(item.At, $"expected type '{common}' but found '{type}'");
        }
        return common ?? CelType.Dyn;
    }

    private void ExpectBool(CelNode node, CelType type)
    {
        if (!type.Fits(CelType.Bool)) Wrong(node.At, $"expected type 'bool' but found '{type}'");
    }

    private CelType Unknown(int at, string name) => Wrong(at, $"undeclared reference to '{name}' (in container '')");

    private CelType Wrong(int at, string message)
    {
        _problems.Add(new CelProblem(at, message));
        return CelType.Dyn;
    }
}
