using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Secrets;

namespace Sidecars.ExternalProvisioner.Secrets;

/// <summary>
/// Turns what a class says of a secret into the reference for one volume (provisioner contract 5.5). Pure: nothing is fetched.
/// </summary>
internal static class SecretTemplate
{
    /// <summary>
    /// The reference of a purpose, the default's where the class names none, null where it names neither; or what is wrong.
    /// </summary>
    /// <param name="purpose">What the secret is for.</param>
    /// <param name="parameters">Parameters of the class.</param>
    /// <param name="volume">Name of the volume.</param>
    /// <param name="claim">Claim whose values may stand in a template.</param>
    public static (SecretReference? Reference, string? Error) Resolve(SecretPurpose purpose, StringMap? parameters, string volume, TemplateClaim claim)
    {
        var (template, error) = Find(purpose, parameters ?? StringMap.Empty);
        if (error is not null) return (null, $"failed to get name and namespace template from params: {error}");
        if (template is null && purpose != SecretPurpose.Default)
        {
            (template, error) = Find(SecretPurpose.Default, parameters ?? StringMap.Empty);
            if (error is not null) return (null, $"failed to get default name and namespace template from params: {error}");
        }
        if (template is not var (nameTemplate, namespaceTemplate)) return (null, null);

        var (ns, namespaceError) = Expand(namespaceTemplate, token => token switch
        {
            "pv.name" => volume,
            "pvc.namespace" => claim.Namespace,
            _ => null,
        }, DnsNames.IsLabel, "namespace");
        if (namespaceError is not null) return (null, namespaceError);

        var (name, nameError) = Expand(nameTemplate, token => token switch
        {
            "pv.name" => volume,
            "pvc.namespace" => claim.Namespace,
            "pvc.name" => claim.Name,
            _ => claim.AnnotationOf(token),
        }, DnsNames.IsSubdomain, "secret");
        return nameError is not null ? (null, nameError) : (new SecretReference(name, ns), null);
    }

    private static ((string Name, string Namespace)? Template, string? Error) Find(SecretPurpose purpose, StringMap parameters)
    {
        var (deprecatedName, name) = (Value(purpose.DeprecatedNameKey), Value(purpose.NameKey));
        var (deprecatedNamespace, ns) = (Value(purpose.DeprecatedNamespaceKey), Value(purpose.NamespaceKey));
        if ((deprecatedName is not null && name is not null) || (deprecatedNamespace is not null && ns is not null))
            return (null, $"{purpose.Kind} secrets specified in parameters with both \"csi\" and \"csi.storage.k8s.io/\" keys");

        name ??= deprecatedName;
        ns ??= deprecatedNamespace;
        if (name is null && ns is null) return (null, null);
        if (name is null || ns is null) return (null, $"either name and namespace for {purpose.Kind} secrets specified, Both must be specified");
        if (name.Length is 0 || ns.Length is 0)
            return (null, $"{purpose.Kind} secrets specified in parameters but value of either namespace or name is empty");
        return ((name, ns), null);

        string? Value(string? key) => key is null ? null : parameters[key];
    }

    private static (string? Text, string? Error) Expand(string template, Func<string, string?> valueOf, Func<string, bool> isValid, string what)
    {
        var (text, unknown) = TemplateExpansion.Expand(template, valueOf);
        if (unknown.Count > 0)
            return (null, $"error resolving value \"{template}\": invalid tokens: [{string.Join(' ', unknown.Select(t => $"\"{t}\""))}]");
        if (isValid(text)) return (text, null);
        return (null, text == template
            ? $"\"{template}\" is not a valid {what} name"
            : $"\"{template}\" resolved to \"{text}\" which is not a valid {what} name");
    }
}
