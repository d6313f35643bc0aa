using System.Text;

namespace Sidecars.Kubernetes.Secrets;

/// <summary>
/// Replaces <c>${token}</c> and <c>$token</c> in a secret's name or namespace, by the rules users of the original know
/// (provisioner contract 5.5, snapshot controller contract 8): what is put in is not expanded again, an unclosed or empty brace is swallowed, and a dollar sign
/// before anything else stays.
/// </summary>
public static class TemplateExpansion
{
    /// <summary>The text with its tokens replaced, and the tokens that have no value.</summary>
    public static (string Text, SortedSet<string> Unknown) Expand(string template, Func<string, string?> valueOf)
    {
        var text = new StringBuilder(template.Length);
        var unknown = new SortedSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < template.Length; i++)
        {
            if (template[i] is not '$' || i + 1 == template.Length)
            {
                text.Append(template[i]);
                continue;
            }
            var (token, length) = TokenAt(template.AsSpan(i + 1));
            i += length;
            if (token is { Length: > 0 })
            {
                if (valueOf(token) is { } value) text.Append(value);
                else unknown.Add(token);
            }
            else if (length is 0)
            {
                text.Append('$');
            }
        }
        return (text.ToString(), unknown);
    }

    /// <summary>The token after a dollar sign and how many characters it takes; an empty one with a length is to be swallowed.</summary>
    private static (string Token, int Length) TokenAt(ReadOnlySpan<char> rest)
    {
        if (rest[0] is '{')
        {
            if (rest.Length > 2 && IsSpecial(rest[1]) && rest[2] is '}') return (rest[1..2].ToString(), 3);
            return rest.IndexOf('}') switch
            {
                < 0 => ("", 1),
                var end => (rest[1..end].ToString(), end + 1),
            };
        }
        if (IsSpecial(rest[0])) return (rest[..1].ToString(), 1);
        var length = 0;
        while (length < rest.Length && (rest[length] is '_' || char.IsAsciiLetterOrDigit(rest[length]))) length++;
        return (rest[..length].ToString(), length);
    }

    private static bool IsSpecial(char c) => c is '*' or '#' or '$' or '@' or '!' or '?' or '-' || char.IsAsciiDigit(c);
}
