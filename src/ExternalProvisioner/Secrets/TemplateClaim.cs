using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Secrets;

/// <summary>
/// The claim of a secret template. While deleting only its name and namespace are known, so templates with annotations fail.
/// </summary>
internal sealed record TemplateClaim(string Namespace, string Name, StringMap? Annotations = null)
{
    private const string Begin = "pvc.annotations['";
    private const string End = "']";

    /// <summary>The value of a token <c>pvc.annotations['key']</c>, or null where it is another token or the claim has no such key.</summary>
    public string? AnnotationOf(string token) =>
        token.Length >= Begin.Length + End.Length && token.StartsWith(Begin, StringComparison.Ordinal) && token.EndsWith(End, StringComparison.Ordinal)
            ? Annotations?[token[Begin.Length..^End.Length]]
            : null;
}
