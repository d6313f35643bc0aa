using Sidecars.ExternalSnapshotter.Contents;
using Sidecars.Hosting;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Secrets;

namespace Sidecars.ExternalSnapshotter.Requests;

/// <summary>
/// Fetches the secret of a call, each time anew (snapshotter contract 7.2). What takes and deletes is noted on the content by whoever made it, so
/// that a snapshot can be deleted when its class is gone; what only asks is named in the class.
/// </summary>
internal sealed class ContentSecrets(SecretReader secrets)
{
    /// <summary>By the annotations of the content.</summary>
    public async Task<SecretValues> Noted(ContentView content, CancellationToken stop)
    {
        var (name, ns) = (content.Object.Annotation(content.Keys.SecretName), content.Object.Annotation(content.Keys.SecretNamespace));
        if (name is null || ns is null) return SecretValues.None;
        if (name.Length > 0 && ns.Length > 0) return await Read(content, new SecretReference(name, ns), stop);
        return new Obstacle(
            $"cannot retrieve secrets for snapshot content {GoQuote.Quote(content.Name)}, err: secret name or namespace not specified",
            $"name a secret in the annotations {content.Keys.SecretName} and {content.Keys.SecretNamespace}, or take both off");
    }

    /// <summary>By what its class says of that purpose.</summary>
    public async Task<SecretValues> OfClass(ContentView content, SnapshotClassObject named, ClassSecret purpose, string token, CancellationToken stop)
    {
        var (reference, error) = purpose.Resolve(named.Parameters, ValueOf, ValueOf);
        if (error is not null) return new Obstacle($"failed to get name and namespace of the secret from class {named.Name}: {error}");
        return reference is null ? SecretValues.None : await Read(content, reference, stop);

        string? ValueOf(string asked) => asked == token ? content.Name : null;
    }

    private async Task<SecretValues> Read(ContentView content, SecretReference reference, CancellationToken stop)
    {
        var read = await secrets.Read(reference, stop);
        if (read.Values is { } values) return new SecretValues(values, null);
        var cause = read.Failure?.ToString() ?? $"the value of key \"{read.KeyWithoutText}\" is not valid UTF-8 and cannot be sent to the driver";
        return new Obstacle($"cannot get credentials for snapshot content {GoQuote.Quote(content.Name)}", $"secret {reference}: {cause}");
    }
}
