namespace Sidecars.Bench;

/// <summary>The cluster did not do what was asked; the message says what that was, to which object, and what the cluster said.</summary>
internal sealed class ClusterRefusal(string message) : Exception(message);
