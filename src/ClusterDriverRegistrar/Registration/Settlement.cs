using Sidecars.Kubernetes.Http;

namespace Sidecars.ClusterDriverRegistrar.Registration;

/// <summary>How a look at the object ended: it exists, it is on its way out, or a request failed.</summary>
/// <param name="Failure">What the server said; null where nothing failed.</param>
/// <param name="Verb">The request that failed.</param>
/// <param name="IsLeaving">The object is being deleted and still held by finalizers.</param>
internal readonly record struct Settlement(ApiFailure? Failure, string Verb = "", bool IsLeaving = false)
{
    public static Settlement Exists => default;

    public static Settlement Leaving => new(null, IsLeaving: true);

    public static Settlement Failed(string verb, ApiFailure failure) => new(failure, verb);
}
