namespace Sidecars.HostPathDriver;

/// <summary>A node beside the driver's first one, and the socket at which it is spoken to as the driver of that node.</summary>
internal sealed record FurtherNode(string NodeId, string SocketPath);
