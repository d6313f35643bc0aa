using System.Security.Cryptography;
using k8s.Exceptions;

namespace Sidecars.Kubernetes.Http;

/// <summary>Finds the API server from inside a pod: by the environment every container gets, and the files of its service account.</summary>
internal static class ServiceAccount
{
    private const string Directory = "/var/run/secrets/kubernetes.io/serviceaccount";

    public static ClusterAddress Address() => Address(Environment.GetEnvironmentVariable, Directory);

    internal static ClusterAddress Address(Func<string, string?> environment, string directory)
    {
        if (environment("KUBERNETES_SERVICE_HOST") is not { Length: > 0 } host || environment("KUBERNETES_SERVICE_PORT") is not { Length: > 0 } port)
            throw new KubeConfigException("KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set");
        var token = Path.Combine(directory, "token");
        if (!File.Exists(token)) throw new KubeConfigException($"{token} is missing; the pod needs automountServiceAccountToken");
        return new ClusterAddress(new Uri($"https://{(host.Contains(':') ? $"[{host}]" : host)}:{port}"))
        {
            Authority = Authority(Path.Combine(directory, "ca.crt"), out var warning),
            TokenFile = token,
            Warning = warning,
        };
    }

    /// <summary>Without its own authority the server may still be signed by one the system knows (common contract 8.1).</summary>
    private static AuthorityCertificates? Authority(string path, out string? warning)
    {
        warning = null;
        try
        {
            return AuthorityCertificates.FromFile(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            warning = $"the authority's certificate {path} cannot be read, trusting the system's authorities: {e.Message}";
            return null;
        }
    }
}
