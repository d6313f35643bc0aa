using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Sidecars.EmbeddedCluster;

/// <summary>
/// A parsed field selector. Only the fields a kind offers can be named, exactly as on the real server: the namespace too is one that objects of the
/// cluster offer, unless their kind has a list of fields of its own.
/// </summary>
internal sealed class FieldSelector
{
    public static readonly FieldSelector Everything = new([]);

    private readonly List<Term> _terms;

    private FieldSelector(List<Term> terms) => _terms = terms;

    private sealed record Term(string Path, SelectableField? Field, string Value, bool IsNegated);

    public bool MatchesEverything => _terms.Count == 0;

    public string? Name => _terms.Find(term => term is { Path: "metadata.name", IsNegated: false })?.Value;

    public bool Matches(StoredObject stored)
    {
        foreach (var term in _terms)
        {
            var value = term.Path switch
            {
                "metadata.name" => stored.Name,
                "metadata.namespace" => stored.Namespace,
                _ => stored.SelectableValue(term.Field!),
            };
            if (value == term.Value == term.IsNegated) return false;
        }
        return true;
    }

    public static bool TryParse(ResourceDefinition resource, string text, [NotNullWhen(true)] out FieldSelector? selector, out string error)
    {
        (selector, error) = (null, "");
        var terms = new List<Term>();
        foreach (var part in SplitUnescaped(text))
        {
            if (part.Length == 0) continue;
            var equals = part.IndexOf('=');
            if (equals <= 0)
            {
                error = $"invalid selector: '{text}'; can't understand '{part}'";
                return false;
            }
            var negated = part[equals - 1] == '!';
            var path = part[..(negated ? equals - 1 : equals)];
            var value = part[(equals + 1)..];
            if (value.StartsWith('=')) value = value[1..];
            var field = resource.SelectableFields.FirstOrDefault(known => known.Path == path);
            if (field is null && path != "metadata.name" && !(path == "metadata.namespace" && (resource.IsNamespaced || resource.SelectableFields.Count == 0)))
            {
                error = $"field label not supported: {path}";
                return false;
            }
            terms.Add(new Term(path, field, Unescape(value), negated));
        }
        selector = new FieldSelector(terms);
        return true;
    }

    private static IEnumerable<string> SplitUnescaped(string text)
    {
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\') i++;
            else if (text[i] == ',')
            {
                yield return text[start..i];
                start = i + 1;
            }
        }
        yield return text[start..];
    }

    private static string Unescape(string value)
    {
        if (!value.Contains('\\')) return value;
        var plain = new StringBuilder();
        for (var i = 0; i < value.Length; i++)
            plain.Append(value[i] == '\\' && i + 1 < value.Length ? value[++i] : value[i]);
        return plain.ToString();
    }
}
