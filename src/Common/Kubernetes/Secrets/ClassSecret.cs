using Sidecars.Hosting;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Secrets;

/// <summary>
/// A secret that a class of snapshots names for one purpose: by a pair of keys of which both stand there or none, with templates that are
/// filled in for one object (snapshot controller contract 8). Pure: nothing is fetched, and nothing of a secret is known here.
/// </summary>
/// <param name="Kind">Name of the purpose in error messages.</param>
/// <param name="NameKey">Key of the secret's name.</param>
/// <param name="NamespaceKey">Key of its namespace.</param>
public sealed record ClassSecret(string Kind, string NameKey, string NamespaceKey)
{
    /// <summary>Prefix of the keys of a class that are not for the driver.</summary>
    public const string ReservedPrefix = "csi.storage.k8s.io/";

    /// <summary>Of taking and deleting a snapshot.</summary>
    public static readonly ClassSecret Snapshotter = Of("Snapshotter", "snapshotter-");

    /// <summary>Of asking for a snapshot.</summary>
    public static readonly ClassSecret SnapshotterList = Of("SnapshotterList", "snapshotter-list-");

    /// <summary>Of taking and deleting a group.</summary>
    public static readonly ClassSecret GroupSnapshotter = Of("GroupSnapshotter", "group-snapshotter-");

    /// <summary>Of asking for a group.</summary>
    public static readonly ClassSecret GroupSnapshotterGet = Of("GroupSnapshotterGet", "group-snapshotter-get-");

    /// <summary>All of them: classes of either kind may hold the keys of any.</summary>
    public static readonly IReadOnlyList<ClassSecret> All = [Snapshotter, SnapshotterList, GroupSnapshotter, GroupSnapshotterGet];

    /// <summary>The secret's place, null where the class names none; or what is wrong with what it says.</summary>
    /// <param name="parameters">Parameters of the class.</param>
    /// <param name="inNamespace">Values of the tokens that may stand in the namespace; null for any other.</param>
    /// <param name="inName">Values of the tokens that may stand in the name.</param>
    public (SecretReference? Reference, string? Error) Resolve(StringMap? parameters, Func<string, string?> inNamespace, Func<string, string?> inName)
    {
        var (nameTemplate, namespaceTemplate) = (parameters?[NameKey], parameters?[NamespaceKey]);
        if (nameTemplate is null && namespaceTemplate is null) return (null, null);
        if (nameTemplate is null || namespaceTemplate is null)
        {
            return (null, $"either name and namespace for {Kind} secrets specified, Both must be specified; "
                + $"the parameters of the class have to name {NameKey} and {NamespaceKey}");
        }
        if (nameTemplate.Length is 0 || namespaceTemplate.Length is 0)
            return (null, $"{Kind} secrets specified in parameters but value of either namespace or name is empty");

        var (ns, namespaceError) = Expand(namespaceTemplate, inNamespace, DnsNames.IsLabel, "namespace");
        if (namespaceError is not null) return (null, namespaceError);
        var (name, nameError) = Expand(nameTemplate, inName, DnsNames.IsSubdomain, "secret");
        return nameError is not null ? (null, nameError) : (new SecretReference(name, ns), null);
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

    private static ClassSecret Of(string kind, string key) => new(kind, $"{ReservedPrefix}{key}secret-name", $"{ReservedPrefix}{key}secret-namespace");
}
