using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using k8s;
using k8s.Exceptions;
using k8s.KubeConfigModels;

namespace Sidecars.Bench;

/// <summary>Opens HTTP clients for the cluster of a kubeconfig: its server, its authorities, and the token or certificate of its user.</summary>
internal static class ClusterConnection
{
    /// <summary>The name the bench goes by, so that its own requests can be told from others' in an audit log.</summary>
    public const string UserAgent = "sidecar-bench";

    /// <summary>A client for the current context; no connection is opened before the first request.</summary>
    /// <exception cref="ClusterRefusal">The kubeconfig cannot be used; the message says why.</exception>
    public static async Task<HttpClient> Open(string kubeconfig, string userAgent, CancellationToken stop)
    {
        try
        {
            var file = await KubernetesClientConfiguration.LoadKubeConfigAsync(new FileInfo(kubeconfig));
            ForgetNobody(file);
            var config = KubernetesClientConfiguration.BuildConfigFromConfigObject(file);
            var client = new HttpClient(Handler(config))
            {
                BaseAddress = new Uri(config.Host.TrimEnd('/') + "/"),
                DefaultRequestVersion = HttpVersion.Version20,
                DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
                Timeout = Timeout.InfiniteTimeSpan, // each request has a limit of its own
            };
            client.DefaultRequestHeaders.UserAgent.ParseAdd(userAgent);
            if (config.TokenProvider is { } provider) client.DefaultRequestHeaders.Authorization = await provider.GetAuthenticationHeaderAsync(stop);
            else if (config.AccessToken is { Length: > 0 } token) client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
            return client;
        }
        catch (Exception failure) when (failure is KubeConfigException or IOException or UnauthorizedAccessException or FormatException or CryptographicException)
        {
            throw new ClusterRefusal($"The kubeconfig {kubeconfig} cannot be used: {failure.Message}");
        }
    }

    /// <summary>The library wants credentials of whoever is named; an embedded cluster needs none of anybody.</summary>
    private static void ForgetNobody(K8SConfiguration file)
    {
        var context = file.Contexts?.FirstOrDefault(candidate => candidate.Name == file.CurrentContext)?.ContextDetails;
        var user = file.Users?.FirstOrDefault(candidate => candidate.Name == context?.User)?.UserCredentials;
        if (context is null || user is { ExternalExecution: not null } or { AuthProvider: not null }) return;
        string?[] credentials =
            [user?.Token, user?.ClientCertificate, user?.ClientCertificateData, user?.ClientKey, user?.ClientKeyData, user?.UserName, user?.Password];
        if (credentials.All(string.IsNullOrEmpty)) context.User = null;
    }

    private static SocketsHttpHandler Handler(KubernetesClientConfiguration config)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, EnableMultipleHttp2Connections = true };
        if (config.SkipTlsVerify)
#pragma warning disable CA5359 // The kubeconfig says so.
            handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        else if (config.SslCaCerts is { Count: > 0 } authorities)
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => IsTrusted(authorities, certificate, chain, errors);
        if (config.TlsServerName is { Length: > 0 } name) handler.SslOptions.TargetHost = name;
        if (Certificate(config) is { } own) handler.SslOptions.ClientCertificates = [own];
        return handler;
    }

    private static X509Certificate2? Certificate(KubernetesClientConfiguration config)
    {
        var certificate = Pem(config.ClientCertificateData, config.ClientCertificateFilePath);
        var key = Pem(config.ClientCertificateKeyData, config.ClientKeyFilePath);
        return certificate is null || key is null ? null : X509Certificate2.CreateFromPem(certificate, key);
    }

    private static string? Pem(string? data, string? path) =>
        data is { Length: > 0 } ? Encoding.UTF8.GetString(Convert.FromBase64String(data)) : path is { Length: > 0 } ? File.ReadAllText(path) : null;

    private static bool IsTrusted(X509Certificate2Collection authorities, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None) return true;
        if (errors != SslPolicyErrors.RemoteCertificateChainErrors || certificate is not X509Certificate2 server || chain is null) return false;
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.Clear();
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        return chain.Build(server);
    }
}
