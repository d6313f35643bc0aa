namespace Sidecars.EmbeddedCluster;

/// <summary>Works out the value of a checked expression. What goes wrong becomes an error value, never an exception.</summary>
internal sealed class CelEvaluator
{
    private readonly List<(string Name, object Value)> _names;

    private CelEvaluator(IEnumerable<(string, object)> names) => _names = [.. names];

    public static object Run(CelNode node, params IEnumerable<(string Name, object Value)> names) => new CelEvaluator(names).Value(node);

    private object Value(CelNode node) => node switch
    {
        CelNode.Literal literal => literal.Value,
        CelNode.Name name => Named(name.Text),
        CelNode.Select select => Selected(select),
        CelNode.Call { Function: "_&&_" } call => Joined(call, decisive: false),
        CelNode.Call { Function: "_||_" } call => Joined(call, decisive: true),
        CelNode.Call { Function: "_?_:_" } call => Value(call.Arguments[0]) switch
        {
            bool condition => Value(call.Arguments[condition ? 1 : 2]),
            CelError error => error,
            _ => new CelError("no such overload"),
        },
        CelNode.Call call => CelFunctions.Run(call.Function, [.. call.Target is { } target ? [Value(target)] : Array.Empty<object>(), .. call.Arguments.Select(Value)]),
        CelNode.List list => Listed(list),
        CelNode.Map map => Mapped(map),
        CelNode.Each { Macro: "map" or "filter" } each => Collected(each),
        CelNode.Each each => Tested(each),
        _ => new CelError("unknown expression"),
    };

    private object Named(string name)
    {
        var index = _names.FindLastIndex(known => known.Name == name);
        return index >= 0 ? _names[index].Value : new CelTypeName(name);
    }

    private object Selected(CelNode.Select select) => Value(select.Operand) switch
    {
        CelError error => error,
        CelMap map when select.IsTest => map.Find(select.Field) is not null,
        CelMap map => map.Find(select.Field) ?? new CelError($"no such key: {select.Field}"),
        _ => new CelError("no such overload"),
    };

    /// <summary>And, or: one side that decides is enough, even when the other fails.</summary>
    private object Joined(CelNode.Call call, bool decisive)
    {
        var left = Value(call.Arguments[0]);
        if (left is bool first && first == decisive) return decisive;
        var right = Value(call.Arguments[1]);
        if (right is bool second && second == decisive) return decisive;
        return left is CelError ? left : right is CelError ? right : left is bool && right is bool ? !decisive : new CelError("no such overload");
    }

    private object Listed(CelNode.List list)
    {
        var items = list.Items.Select(Value).ToList();
        return items.Find(item => item is CelError) ?? new CelList(items);
    }

    private object Mapped(CelNode.Map map)
    {
        var entries = new Dictionary<object, object>();
        foreach (var (keyNode, valueNode) in map.Entries)
        {
            var (key, value) = (CelValues.Key(Value(keyNode)), Value(valueNode));
            if (key is CelError || value is CelError) return key is CelError ? key : value;
            if (key is not (bool or long or ulong or string)) return new CelError("unsupported key type");
            if (!entries.TryAdd(key, value)) return new CelError($"insert of duplicate key {key}");
        }
        return new CelMap(entries);
    }

    /// <summary>all, exists and exists_one. The first two are chains of and and or, with their way with errors.</summary>
    private object Tested(CelNode.Each each)
    {
        if (Elements(each, out var failed) is not { } elements) return failed;
        var decisive = each.Macro == "exists";
        var found = 0;
        object? error = null;
        foreach (var element in elements)
        {
            var value = With(each.Variable, element, each.Body);
            if (each.Macro == "exists_one")
            {
                if (value is not bool matches) return value is CelError ? value : new CelError("no such overload");
                if (matches) found++;
            }
            else if (value is bool truth)
            {
                if (truth == decisive) return decisive;
            }
            else
            {
                error ??= value is CelError ? value : new CelError("no such overload");
            }
        }
        return each.Macro == "exists_one" ? found == 1 : error ?? !decisive;
    }

    private object Collected(CelNode.Each each)
    {
        if (Elements(each, out var failed) is not { } elements) return failed;
        var items = new List<object>();
        foreach (var element in elements)
        {
            var condition = each.Macro == "filter" ? each.Body : each.Filter;
            if (condition is not null)
            {
                if (With(each.Variable, element, condition) is var wanted && wanted is not bool) return wanted is CelError ? wanted : new CelError("no such overload");
                if (wanted is false) continue;
            }
            var item = each.Macro == "filter" ? element : With(each.Variable, element, each.Body);
            if (item is CelError) return item;
            items.Add(item);
        }
        return new CelList(items);
    }

    private IEnumerable<object>? Elements(CelNode.Each each, out object failed)
    {
        var range = Value(each.Range);
        failed = range is CelError ? range : new CelError("no such overload");
        return range switch { CelList list => list.Items, CelMap map => map.Entries.Keys, _ => null };
    }

    private object With(string name, object value, CelNode body)
    {
        _names.Add((name, value));
        var result = Value(body);
        _names.RemoveAt(_names.Count - 1);
        return result;
    }
}
