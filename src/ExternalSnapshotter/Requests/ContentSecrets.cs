using Sidecars.ExternalSnapshotter.Contents;
using Sidecars.Hosting;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Secrets;

namespace Sidecars.ExternalSnapshotter.Requests;

/// <summary>
/// Fetches the secret of a call, each time anew (snapshotter contract 7.2). What takes and deletes is noted on the content by whoever made it, so that a
/// snapshot can be deleted when its class is gone; what only asks is named in the class.
/// </summary>
internal sealed class ContentSecrets(SecretReader secrets)
{
    private static readonly Dictionary<string, string> s_none = [];

    /// <summary>By the annotations of the content.</summary>
    public Task<(IReadOnlyDictionary<string, string>? Values, Obstacle? Error)> Noted(ContentView content, CancellationToken stop)
    {
        var (name, ns) = (content.Object.Annotation(content.Keys.SecretName), content.Object.Annotation(content.Keys.SecretNamespace));
        if (name is null || ns is null) return Task.FromResult<(IReadOnlyDictionary<string, string>?, Obstacle?)>((s_none, null));
        if (name.Length is 0 || ns.Length is 0)
        {
            return Task.FromResult<(IReadOnlyDictionary<string, string>?, Obstacle?)>((null,
                new Obstacle($"cannot retrieve secrets for snapshot content {GoQuote.Quote(content.Name)}, err: secret name or namespace not specified",
                    $"name a secret in the annotations {content.Keys.SecretName} and {content.Keys.SecretNamespace}, or take both off")));
        }
        return Read(content, new SecretReference(name, ns), stop);
    }

    /// <summary>By what its class says of that purpose.</summary>
    public Task<(IReadOnlyDictionary<string, string>? Values, Obstacle? Error)> OfClass(
        ContentView content, SnapshotClassObject named, ClassSecret purpose, string token, CancellationToken stop)
    {
        var (reference, error) = purpose.Resolve(named.Parameters, ValueOf, ValueOf);
        if (error is not null) return Task.FromResult<(IReadOnlyDictionary<string, string>?, Obstacle?)>((null, $"failed to get name and namespace of the secret from class {named.Name}: {error}"));
        return reference is null ? Task.FromResult<(IReadOnlyDictionary<string, string>?, Obstacle?)>((s_none, null)) : Read(content, reference, stop);

        string? ValueOf(string asked) => asked == token ? content.Name : null;
    }

    private async Task<(IReadOnlyDictionary<string, string>?, Obstacle?)> Read(ContentView content, SecretReference reference, CancellationToken stop)
    {
        var read = await secrets.Read(reference, stop);
        if (read.Values is { } values) return (values, null);
        var cause = read.Failure is { } failure ? failure.ToString() : $"the value of key \"{read.KeyWithoutText}\" is not valid UTF-8 and cannot be sent to the driver";
        return (null, new Obstacle($"cannot get credentials for snapshot content {GoQuote.Quote(content.Name)}", $"secret {reference}: {cause}"));
    }
}
