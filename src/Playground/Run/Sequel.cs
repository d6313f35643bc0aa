using System.Text.Json.Nodes;
using Sidecars.EmbeddedCluster;

namespace Sidecars.Playground;

/// <summary>
/// How the story goes on once the announcement's pod runs: a page lies in its volume, and a clone of its claim has the same page. Where the
/// room of nodes is told, a claim that waits for its pod gets its volume on the one node that has room for it.
/// </summary>
internal sealed class Sequel(Storage storage, Story announcement, Story own, IReadOnlyList<PlaygroundNode> nodes)
{
    private const string Page = "index.html";
    private const string Text = "<h1>Hello from the announcement's pod</h1>\n";

    private JsonObject Clone => own.Claims.First(claim => claim["spec"]?["dataSource"] is not null);

    private JsonObject? Large => own.Claims.FirstOrDefault(claim => claim["spec"]?["dataSource"] is null);

    private PlaygroundNode Roomiest => nodes[^1];

    /// <summary>What the announcement's pod would do, if its container ran.</summary>
    /// <exception cref="IOException">The volume cannot be written to.</exception>
    public void WritePage() => File.WriteAllText(PageOf(announcement, announcement.Claims[0])!, Text);

    /// <summary>What has to be true after the manifests of the sequel were applied.</summary>
    public IEnumerable<Step> Steps()
    {
        foreach (var step in own.Rising()) yield return step;
        yield return new Step(
            $"the page of {ObjectName.Of(announcement.Pods[0])} is in the clone that {ObjectName.Of(PodOf(own, Clone))} has", Story.Driver,
            () => PageOf(own, Clone) is { } page && File.Exists(page) && File.ReadAllText(page) == Text, () => $"no such page is at {PageOf(own, Clone)}");
        if (Large is not { } large) yield break;
        var className = large["spec"]!["storageClassName"]!.ToString();
        yield return new Step(
            $"the room of each node for StorageClass {className} is told", Story.Provisioner,
            () => Told(className) == nodes.Count, () => $"it is told of {Told(className)} of {nodes.Count} nodes");
        var pod = PodOf(own, large);
        yield return new Step(
            $"{ObjectName.Of(pod)} is on {Roomiest.Name}, the only node with room for its volume", Story.Provisioner,
            () => own.NodeOf(pod) == Roomiest.Name, () => $"it is on {own.NodeOf(pod)}");
    }

    private int Told(string className) =>
        storage.List("csistoragecapacities").Items.Count(told => ObjectSummary.Text(told.Root, "storageClassName") == className);

    private static JsonObject PodOf(Story story, JsonObject claim) => story.Pods.First(pod => Story.Uses(pod, claim));

    private static string? PageOf(Story story, JsonObject claim) =>
        story.TargetPath(PodOf(story, claim), claim) is { } volume ? Path.Combine(volume, Page) : null;
}
