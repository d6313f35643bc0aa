using System.Text.RegularExpressions;

namespace Sidecars.EmbeddedCluster;

/// <summary>The name rules of the API, each with the real server's wording. A check returns null when the name is fine.</summary>
internal static partial class Names
{
    private const int LongestSubdomain = 253;
    private const int LongestLabel = 63;
    private const int LongestPortName = 15;

    private const string SubdomainText = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
    private const string LabelText = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
    private const string QualifiedText = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
    private const string LabelValueText = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
    private const string SecretKeyText = "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

    public static string? CheckSubdomain(string name) =>
        name.Length > LongestSubdomain ? $"must be no more than {LongestSubdomain} characters" : Subdomain().IsMatch(name) ? null : SubdomainText;

    public static string? CheckLabel(string name) =>
        name.Length > LongestLabel ? $"must be no more than {LongestLabel} characters" : Label().IsMatch(name) ? null : LabelText;

    /// <summary>The rule of a port's name.</summary>
    public static string? CheckPortName(string name)
    {
        if (name.Length > LongestPortName) return $"must be no more than {LongestPortName} characters";
        if (name.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-')) return "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)";
        if (!name.Any(char.IsAsciiLetterLower)) return "must contain at least one letter (a-z)";
        if (name.Contains("--", StringComparison.Ordinal)) return "must not contain consecutive hyphens";
        return name.StartsWith('-') || name.EndsWith('-') ? "must not begin or end with a hyphen" : null;
    }

    /// <summary>The rule of RBAC and other names that only have to fit into a path.</summary>
    public static string? CheckPathSegment(string name)
    {
        if (name is "." or "..") return $"may not be '{name}'";
        if (name.Contains('/')) return "may not contain '/'";
        return name.Contains('%') ? "may not contain '%'" : null;
    }

    /// <summary>A label key, annotation key or finalizer: an optional DNS prefix and a name part.</summary>
    public static string? CheckQualified(string key)
    {
        var slash = key.IndexOf('/');
        if (slash >= 0)
        {
            if (key.IndexOf('/', slash + 1) >= 0)
                return "a qualified name " + QualifiedText[10..] + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
            if (slash == 0) return "prefix part must be non-empty";
            if (CheckSubdomain(key[..slash]) is { } wrong) return "prefix part " + wrong;
        }
        var name = key[(slash + 1)..];
        if (name.Length == 0) return "name part must be non-empty";
        return name.Length > LongestLabel ? $"name part must be no more than {LongestLabel} characters" : Qualified().IsMatch(name) ? null : QualifiedText;
    }

    public static string? CheckLabelValue(string value) =>
        value.Length > LongestLabel ? $"must be no more than {LongestLabel} characters" : value.Length == 0 || Qualified().IsMatch(value) ? null : LabelValueText;

    public static string? CheckDataKey(string key)
    {
        if (key.Length > LongestSubdomain) return $"must be no more than {LongestSubdomain} characters";
        if (!DataKey().IsMatch(key)) return SecretKeyText;
        if (key is "." or "..") return $"must not be '{key}'";
        return key.StartsWith("..", StringComparison.Ordinal) ? "must not start with '..'" : null;
    }

    /// <summary>A generateName may end in a dash: the random suffix follows.</summary>
    public static string MaskTrailingDash(string name) => name.Length > 1 && name.EndsWith('-') ? string.Concat(name.AsSpan(0, name.Length - 2), "a") : name;

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z")]
    private static partial Regex Subdomain();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?\z")]
    private static partial Regex Label();

    [GeneratedRegex(@"^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]\z")]
    private static partial Regex Qualified();

    [GeneratedRegex(@"^[-._a-zA-Z0-9]+\z")]
    private static partial Regex DataKey();
}
