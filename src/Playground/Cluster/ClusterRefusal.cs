namespace Sidecars.Playground;

/// <summary>The cluster refused what the playground asked; the message is meant for the user.</summary>
internal sealed class ClusterRefusal(string message) : Exception(message);
