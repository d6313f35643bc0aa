using System.Globalization;

namespace Sidecars.EmbeddedCluster;

/// <summary>Reads the text form of a label selector such as <c>app=web,tier in (a,b),!legacy</c>.</summary>
internal sealed class LabelSelectorParser(string text)
{
    private const string Operators = "'in', 'notin', '=', '==', '!=', 'gt', 'lt'";

    private int _at;

    public string? Error { get; private set; }

    public List<LabelRequirement> Parse()
    {
        var requirements = new List<LabelRequirement>();
        SkipSpace();
        while (_at < text.Length && Error is null)
        {
            if (Requirement() is { } requirement) requirements.Add(requirement);
            SkipSpace();
            if (Error is not null || _at >= text.Length) break;
            if (text[_at] != ',') Error = $"found '{Rest()}', expected: ',' or 'end of string'";
            _at++;
            SkipSpace();
            if (_at >= text.Length) Error ??= "found '', expected: identifier after ','";
        }
        return requirements;
    }

    private LabelRequirement? Requirement()
    {
        var negated = Take('!');
        SkipSpace();
        var key = Word();
        if (key.Length == 0) return Fail($"found '{Rest()}', expected: !, identifier, or 'end of string'");
        if (Names.CheckQualified(key) is { } wrong) return Fail($"key: Invalid value: \"{key}\": {wrong}");
        SkipSpace();
        if (negated) return new(key, LabelOperator.DoesNotExist, []);
        if (_at >= text.Length || text[_at] == ',') return new(key, LabelOperator.Exists, []);
        if (Take("!=")) return Single(key, LabelOperator.NotIn);
        if (Take("==") || Take("=")) return Single(key, LabelOperator.In);
        if (Take(">")) return Number(key, LabelOperator.GreaterThan);
        if (Take("<")) return Number(key, LabelOperator.LessThan);
        return Word() switch
        {
            "in" => Set(key, LabelOperator.In),
            "notin" => Set(key, LabelOperator.NotIn),
            "gt" => Number(key, LabelOperator.GreaterThan),
            "lt" => Number(key, LabelOperator.LessThan),
            var other => Fail($"found '{(other.Length > 0 ? other : Rest())}', expected: {Operators}"),
        };
    }

    private LabelRequirement? Single(string key, LabelOperator comparison)
    {
        SkipSpace();
        var value = Word();
        return Names.CheckLabelValue(value) is { } wrong
            ? Fail($"values[0][{key}]: Invalid value: \"{value}\": {wrong}")
            : new(key, comparison, [value]);
    }

    private LabelRequirement? Number(string key, LabelOperator comparison)
    {
        SkipSpace();
        var value = Word();
        return long.TryParse(value, CultureInfo.InvariantCulture, out _)
            ? new(key, comparison, [value])
            : Fail($"values[0][{key}]: Invalid value: \"{value}\": for 'Gt', 'Lt' operators, the value must be an integer");
    }

    private LabelRequirement? Set(string key, LabelOperator comparison)
    {
        SkipSpace();
        if (!Take('(')) return Fail($"found '{Rest()}' expected: '('");
        var values = new List<string>();
        do
        {
            SkipSpace();
            values.Add(Word());
            SkipSpace();
        }
        while (Take(','));
        if (!Take(')')) return Fail($"found '{Rest()}', expected: ',' or ')'");
        foreach (var value in values)
            if (Names.CheckLabelValue(value) is { } wrong) return Fail($"values[0][{key}]: Invalid value: \"{value}\": {wrong}");
        return new(key, comparison, values);
    }

    private LabelRequirement? Fail(string error)
    {
        Error = error;
        return null;
    }

    private string Word()
    {
        var start = _at;
        while (_at < text.Length && !char.IsWhiteSpace(text[_at]) && !"!=<>(),".Contains(text[_at])) _at++;
        return text[start.._at];
    }

    private bool Take(char wanted) => Take(wanted.ToString());

    private bool Take(string wanted)
    {
        if (!text.AsSpan(_at).StartsWith(wanted, StringComparison.Ordinal)) return false;
        _at += wanted.Length;
        return true;
    }

    private void SkipSpace()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at])) _at++;
    }

    private string Rest() => _at < text.Length ? text[_at..] : "";
}
