namespace Sidecars.Playground;

/// <summary>What the flags of a sidecar are made from; the port is a free one, its own.</summary>
internal sealed record SidecarSetting(string CsiSocket, string Kubeconfig, int HttpPort, int Verbosity);
