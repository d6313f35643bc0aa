using System.Security.Cryptography.X509Certificates;
using k8s;

namespace Sidecars.EmbeddedCluster.Tests;

/// <summary>
/// The cluster that the contract is checked against: the one KUBECONFIG names, or an embedded one. The tests keep to a namespace of their own and
/// to names of their own, and leave nothing behind.
/// </summary>
internal sealed class ContractCluster : IAsyncDisposable
{
    private readonly ClusterServer? _embedded;

    private ContractCluster(ClusterServer? embedded, ApiClient client, string ns) => (_embedded, Client, Namespace) = (embedded, client, ns);

    public ApiClient Client { get; }

    public string Namespace { get; }

    /// <summary>A prefix for the names of cluster-wide objects.</summary>
    public string Unique => Namespace;

    public static async Task<ContractCluster> Connect()
    {
        var path = Environment.GetEnvironmentVariable("KUBECONFIG");
        var embedded = string.IsNullOrEmpty(path) ? await ClusterServer.StartAsync() : null;
        var client = embedded is not null ? new ApiClient(embedded.Url) : Real(path!);
        var ns = "contract-" + Guid.NewGuid().ToString("N")[..8];
        var created = await client.Post("/api/v1/namespaces", $$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{ns}}"} }""");
        Assert.That(created.Code, Is.EqualTo(201), created.ToString());
        return new ContractCluster(embedded, client, ns);
    }

    public async ValueTask DisposeAsync()
    {
        await Client.Delete($"/api/v1/namespaces/{Namespace}");
        Client.Dispose();
        if (_embedded is not null) await _embedded.DisposeAsync();
    }

    private static ApiClient Real(string path)
    {
        var config = KubernetesClientConfiguration.BuildConfigFromConfigFile(path);
        var handler = new SocketsHttpHandler { UseProxy = false };
        if (config.SslCaCerts is { } authorities)
            handler.SslOptions.CertificateChainPolicy = Trust(authorities);
        if (config.ClientCertificateData is { } certificate && config.ClientCertificateKeyData is { } key)
            handler.SslOptions.ClientCertificates = [X509Certificate2.CreateFromPem(Pem(certificate), Pem(key))];
        var http = new HttpClient(handler) { BaseAddress = new Uri(config.Host), Timeout = TestLimits.Wait };
        if (config.AccessToken is { } token) http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return new ApiClient(http);
    }

    private static X509ChainPolicy Trust(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }

    private static string Pem(string base64) => System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(base64));
}
