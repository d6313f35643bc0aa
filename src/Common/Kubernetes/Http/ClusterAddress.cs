using System.Security.Cryptography;
using k8s.Exceptions;
using Sidecars.Kubernetes.Http.Connections;
using Sidecars.Kubernetes.Http.Credentials;

namespace Sidecars.Kubernetes.Http;

/// <summary>
/// Where the API server is and who we are there: read from a kubeconfig, from the pod's service account, or from a bare URL
/// (common contract 8.1). Reading it opens no connection. Token files are read again about once a minute, certificates whenever
/// their files change.
/// </summary>
public sealed class ClusterAddress
{
    internal ClusterAddress(Uri server) => Server = server;

    /// <summary>Base address; its path, if it has one, comes before that of every request.</summary>
    public Uri Server { get; }

    /// <summary>Certificates that sign the server's; null leaves it to the system's.</summary>
    internal AuthorityCertificates? Authority { get; init; }

    internal bool SkipsVerification { get; init; }

    /// <summary>Name the server's certificate carries, where that is not the name in the address.</summary>
    internal string? ServerName { get; init; }

    /// <summary>The proxy the kubeconfig names; without one, the environment may.</summary>
    internal ProxyAddress? Proxy { get; init; }

    /// <summary>Whether answers are never to be packed.</summary>
    internal bool DisablesCompression { get; init; }

    internal string? Token { get; init; }

    internal string? TokenFile { get; init; }

    /// <summary>A plug-in that gives tokens, certificates, or both.</summary>
    internal ExecCredentials? Exec { get; init; }

    internal (string User, string Password)? Basic { get; init; }

    internal IClientCertificates? Certificate { get; init; }

    /// <summary>Headers that say on whose behalf we act.</summary>
    internal IReadOnlyList<(string Name, string Value)> Impersonation { get; init; } = [];

    /// <summary>Something that is not as it should be, to be told in the log.</summary>
    internal string? Warning { get; init; }

    /// <summary>
    /// Finds the cluster: <paramref name="master"/> replaces the server of the kubeconfig, or stands alone for an anonymous
    /// client; with neither, the pod's own service account is used.
    /// </summary>
    /// <returns>The address, or a sentence that says what is wrong and what to do.</returns>
    public static (ClusterAddress? Address, string? Error) Find(string kubeconfig, string master = "") => Find(kubeconfig, master, TimeProvider.System);

    internal static (ClusterAddress? Address, string? Error) Find(string kubeconfig, string master, TimeProvider time)
    {
        try
        {
            if (kubeconfig.Length is 0 && master.Length is 0) return (ServiceAccount.Address(), null);
            if (kubeconfig.Length is 0) return (new ClusterAddress(UrlOf(master, isSecure: false)), null);
            return (KubeconfigFile.Read(kubeconfig, master, time), null);
        }
        catch (Exception e) when (e is KubeConfigException or IOException or UnauthorizedAccessException or UriFormatException
                                      or YamlDotNet.Core.YamlException or CryptographicException)
        {
            return (null, kubeconfig.Length > 0 ? $"unable to load kubeconfig {kubeconfig}: {e.Message}"
                : master.Length > 0 ? $"unable to use --master: {e.Message}"
                : $"unable to load in-cluster configuration: {e.Message}; outside a pod, name a kubeconfig with --kubeconfig");
        }
    }

    /// <summary>A server may be written without its scheme, as the original allows.</summary>
    internal static Uri UrlOf(string server, bool isSecure)
    {
        var text = server.Contains("://", StringComparison.Ordinal) ? server : $"{(isSecure ? "https" : "http")}://{server}";
        return Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is ("http" or "https")
            ? url
            : throw new KubeConfigException($"\"{server}\" is no address of a server; it should look like https://host:port");
    }
}
