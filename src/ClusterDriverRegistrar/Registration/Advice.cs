using Sidecars.Kubernetes.Http;

namespace Sidecars.ClusterDriverRegistrar.Registration;

/// <summary>What an operator can do about a refusal of the API server.</summary>
internal static class Advice
{
    public static string On(ApiFailure failure, string verb) => failure switch
    {
        { IsForbidden: true } => $"grant the verb {verb} on csidrivers in the group storage.k8s.io to the service account",
        { Code: 401 } => "the credentials are not accepted; look at the service account's token, or at the kubeconfig",
        { IsNotFound: true } or { IsUnserved: true } => "the server does not serve csidrivers in storage.k8s.io/v1, or the object vanished under way; look at the server's version and address",
        { Code: 422 or 400 } => "the server does not accept the object; look at the flags and at the name of the driver",
        { IsConflict: true } => "somebody else is writing the same object",
        { IsWithoutAnswer: true } => "look whether the API server is up and can be reached from this pod",
        _ => "the server may be able to do it later",
    };
}
