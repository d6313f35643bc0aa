using System.Security.Cryptography.X509Certificates;
using k8s;
using k8s.Authentication;
using k8s.Exceptions;

namespace Sidecars.Kubernetes.Http;

/// <summary>
/// Where the API server is and who we are there: read from a kubeconfig, from the pod's service account, or from a bare URL
/// (common contract 8.1). Reading it opens no connection. Token files are read again about once a minute, and the authority's
/// certificate whenever its file changes.
/// </summary>
public sealed class ClusterAddress
{
    private const string InClusterAuthorityFile = "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt";

    private readonly KubernetesClientConfiguration _configuration;

    private ClusterAddress(KubernetesClientConfiguration configuration, Uri server, AuthorityCertificates? authority)
    {
        _configuration = configuration;
        Server = server;
        Authority = authority;
    }

    /// <summary>Base address, without a slash at its end.</summary>
    public Uri Server { get; }

    /// <summary>Certificates that sign the server's; null leaves it to the system's.</summary>
    internal AuthorityCertificates? Authority { get; }

    internal bool SkipsVerification => _configuration.SkipTlsVerify;

    internal string? ServerName => _configuration.TlsServerName;

    internal ITokenProvider? Tokens =>
        _configuration.TokenProvider
        ?? (_configuration.AccessToken is { Length: > 0 } token ? new StringTokenProvider(token, "Bearer") : null);

    internal (string User, string Password)? Basic =>
        _configuration.Username is { Length: > 0 } user ? (user, _configuration.Password ?? "") : null;

    /// <summary>
    /// Finds the cluster: <paramref name="master"/> replaces the server of the kubeconfig, or stands alone for an anonymous
    /// client; with neither, the pod's own service account is used.
    /// </summary>
    /// <returns>The address, or a sentence that says what is wrong and what to do.</returns>
    public static (ClusterAddress? Address, string? Error) Find(string kubeconfig, string master = "")
    {
        try
        {
            if (kubeconfig.Length is 0 && master.Length is 0) return (InCluster(), null);
            if (kubeconfig.Length is 0) return (At(new KubernetesClientConfiguration { Host = master }, null), null);
            return (FromFile(kubeconfig, master), null);
        }
        catch (Exception e) when (e is KubeConfigException or KubernetesClientException or IOException or UnauthorizedAccessException
                                      or UriFormatException or YamlDotNet.Core.YamlException or FormatException or System.Security.Cryptography.CryptographicException)
        {
            return (null, kubeconfig.Length is 0
                ? $"unable to load in-cluster configuration: {e.Message}; outside a pod, name a kubeconfig with --kubeconfig"
                : $"unable to load kubeconfig {kubeconfig}: {e.Message}");
        }
    }

    internal X509Certificate2? ReadClientCertificate()
    {
        var (certificate, key) = (_configuration.ClientCertificateData, _configuration.ClientCertificateKeyData);
        if (certificate is { Length: > 0 } && key is { Length: > 0 })
        {
            return X509Certificate2.CreateFromPem(
                System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(certificate)),
                System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(key)));
        }
        return _configuration.ClientCertificateFilePath is { Length: > 0 } file
            ? X509Certificate2.CreateFromPemFile(file, _configuration.ClientKeyFilePath)
            : null;
    }

    private static ClusterAddress InCluster() =>
        At(KubernetesClientConfiguration.InClusterConfig(), AuthorityCertificates.FromFile(InClusterAuthorityFile));

    private static ClusterAddress FromFile(string kubeconfig, string master)
    {
        var file = new FileInfo(kubeconfig);
        var document = KubernetesClientConfiguration.LoadKubeConfig(file);
        var context = document.Contexts?.FirstOrDefault(c => c.Name == document.CurrentContext)?.ContextDetails;
        var user = document.Users?.FirstOrDefault(u => u.Name == context?.User)?.UserCredentials;
        // A user without credentials is anonymous, as for every other client; the library would refuse it.
        if (context is not null && user is { } known && IsAnonymous(known)) context.User = null;
        var configuration = KubernetesClientConfiguration.BuildConfigFromConfigObject(document, masterUrl: master.Length is 0 ? null : master);
        var cluster = document.Clusters?.FirstOrDefault(c => c.Name == context?.Cluster)?.ClusterEndpoint;
        var authority = cluster?.CertificateAuthority is { Length: > 0 } path
            ? AuthorityCertificates.FromFile(Path.Combine(file.DirectoryName ?? "", path))
            : configuration.SslCaCerts is { Count: > 0 } inline ? AuthorityCertificates.Fixed(inline) : null;
        return At(configuration, authority);
    }

    private static bool IsAnonymous(k8s.KubeConfigModels.UserCredentials user) =>
        string.IsNullOrEmpty(user.Token) && string.IsNullOrEmpty(user.UserName)
        && string.IsNullOrEmpty(user.ClientCertificate) && string.IsNullOrEmpty(user.ClientCertificateData)
        && user.ExternalExecution is null && user.AuthProvider is null;

    private static ClusterAddress At(KubernetesClientConfiguration configuration, AuthorityCertificates? authority) =>
        new(configuration, new Uri(configuration.Host.TrimEnd('/')), authority);
}
