namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>A node of the embedded cluster and where its kubelet keeps the directories of pods and volumes.</summary>
/// <param name="Name">The name of the Node.</param>
/// <param name="Directory">An absolute path; it is made when it is missing, and never removed.</param>
public sealed record NodeOptions(string Name, string Directory)
{
    /// <summary>What the Node is labelled with beside what a kubelet says of itself: its zone, its pool.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Where drivers' registrars put their sockets; each is registered when it appears and goes when it goes.</summary>
    public string PluginRegistry => Path.Combine(Directory, "plugins_registry");
}
