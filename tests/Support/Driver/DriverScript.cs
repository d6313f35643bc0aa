using System.Text.Json.Nodes;

namespace Sidecars.Tests.Support;

/// <summary>
/// The rules of a scripted driver by method. The n-th call of a method takes rule n, the last rule repeats; a method without rules takes the
/// default. Rules may be replaced at any time, and counting starts anew with them. A method may also go by what is asked, however often it is.
/// </summary>
internal sealed class DriverScript
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, IReadOnlyList<DriverRule>> _rules = [];
    private readonly Dictionary<string, int> _taken = [];
    private readonly Dictionary<string, Func<JsonObject, DriverRule>> _choices = [];

    internal DriverScript(IEnumerable<KeyValuePair<string, IReadOnlyList<DriverRule>>> rules)
    {
        foreach (var (method, list) in rules) _rules[method] = list;
    }

    internal void Replace(string method, IReadOnlyList<DriverRule> rules)
    {
        lock (_lock)
        {
            _rules[method] = rules;
            _taken.Remove(method);
        }
    }

    internal void Choose(string method, Func<JsonObject, DriverRule> choice)
    {
        lock (_lock) _choices[method] = choice;
    }

    internal DriverRule Next(string method, JsonObject request)
    {
        lock (_lock)
        {
            if (_choices.TryGetValue(method, out var choice)) return choice(request);
            var taken = _taken.GetValueOrDefault(method);
            _taken[method] = taken + 1;
            return _rules.TryGetValue(method, out var rules) && rules.Count > 0 ? rules[Math.Min(taken, rules.Count - 1)] : DriverRule.Default;
        }
    }
}
