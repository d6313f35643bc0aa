using Sidecars.Hosting;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Secrets;

namespace Sidecars.SnapshotController.Secrets;

/// <summary>Turns what a class says of a secret into its name for one snapshot (snapshot controller contract 8). Pure: no secret is read
/// here.</summary>
internal static class SecretTemplate
{
    /// <summary>The reference; null where the class names none; or what is wrong.</summary>
    /// <param name="keys">Of a snapshot or of a group.</param>
    /// <param name="parameters">Parameters of the class.</param>
    /// <param name="content">Name of the content.</param>
    /// <param name="snapshot">The snapshot or group it is for.</param>
    public static (SecretReference? Reference, string? Error) Resolve(SecretKeys keys, StringMap? parameters, string content, ObjectKey snapshot)
    {
        var (name, ns) = (parameters?[keys.NameKey], parameters?[keys.NamespaceKey]);
        if (name is null && ns is null) return (null, null);
        if (name is null || ns is null)
        {
            return (null, $"either name and namespace for {keys.Kind} secrets specified, Both must be specified; "
                + $"the parameters of the class have to name {keys.NameKey} and {keys.NamespaceKey}");
        }
        if (name.Length is 0 || ns.Length is 0)
            return (null, $"{keys.Kind} secrets specified in parameters but value of either namespace or name is empty");

        var (expandedNs, nsError) = Expand(ns, Value, DnsNames.IsLabel, "namespace");
        if (nsError is not null) return (null, nsError);
        var (expandedName, nameError) = Expand(name, token => token == $"{keys.Snapshot}.name" ? snapshot.Name : Value(token), DnsNames.IsSubdomain,
            "secret");
        return nameError is not null ? (null, nameError) : (new SecretReference(expandedName, expandedNs), null);

        string? Value(string token) => token == $"{keys.Content}.name" ? content : token == $"{keys.Snapshot}.namespace" ? snapshot.Namespace : null;
    }

    private static (string? Text, string? Error) Expand(string template, Func<string, string?> valueOf, Func<string, bool> isValid, string what)
    {
        var (text, unknown) = TemplateExpansion.Expand(template, valueOf);
        if (unknown.Count > 0)
            return (null, $"error resolving value {GoQuote.Quote(template)}: invalid tokens: [{string.Join(' ', unknown.Select(GoQuote.Quote))}]");
        if (isValid(text)) return (text, null);
        return (null, text == template
            ? $"{GoQuote.Quote(template)} is not a valid {what} name"
            : $"{GoQuote.Quote(template)} resolved to {GoQuote.Quote(text)} which is not a valid {what} name");
    }
}
