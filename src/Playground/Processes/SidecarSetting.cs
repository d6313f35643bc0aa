namespace Sidecars.Playground;

/// <summary>What the flags of a sidecar are made from.</summary>
internal sealed record SidecarSetting(string CsiSocket, string Kubeconfig, string PluginRegistry, bool TellsRoom, int Verbosity);
