using Sidecars.Hosting;

namespace Sidecars.Kubernetes.Watching;

/// <summary>
/// Whether full lists are asked for as streams: yes, unless the environment switches the gate of that name off, as it does for every
/// Go client (common contract 1.6).
/// </summary>
public static class StreamedLists
{
    private const string Variable = "KUBE_FEATURE_WatchListClient";

    /// <summary>The setting of this process.</summary>
    public static bool AreWanted => Environment.GetEnvironmentVariable(Variable) is not { } gate || !GoBool.TryParse(gate, out var isOn) || isOn;
}
