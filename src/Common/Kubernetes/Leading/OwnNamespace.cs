namespace Sidecars.Kubernetes.Leading;

/// <summary>The namespace a lease belongs in (common contract 6.1).</summary>
public static class OwnNamespace
{
    private const string ServiceAccountFile = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";

    /// <summary>The one asked for, else <c>POD_NAMESPACE</c>, else the service account's, else <c>default</c>.</summary>
    public static string Find(string asked)
    {
        if (asked.Length > 0) return asked;
        if (Environment.GetEnvironmentVariable("POD_NAMESPACE") is { Length: > 0 } fromEnvironment) return fromEnvironment;
        try
        {
            return File.ReadAllText(ServiceAccountFile).Trim() is { Length: > 0 } own ? own : "default";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "default"; // not in a pod
        }
    }
}
