using System.Text.Json.Nodes;

namespace Sidecars.Playground;

/// <summary>
/// How the story goes on once the announcement's pod runs: a page lies in its volume, a snapshot is taken, and the page is written anew. A claim
/// restored from the snapshot has the first page, a clone of the claim the second. Where the room of nodes is told, a claim that waits for its
/// pod gets its volume on the one node that has room for it.
/// </summary>
internal sealed class Sequel(ClusterState state, Story announcement, Story own, IReadOnlyList<PlaygroundNode> nodes)
{
    private const string Page = "index.html";
    private const string First = "<h1>Hello from the announcement's pod</h1>\n";
    private const string Second = "<h1>Hello again, after the snapshot</h1>\n";

    private JsonObject Clone => own.Claims.First(claim => SourceOf(claim) == "PersistentVolumeClaim");

    private JsonObject Restored => own.Claims.First(claim => SourceOf(claim) == "VolumeSnapshot");

    private JsonObject? Large => own.Claims.FirstOrDefault(claim => SourceOf(claim) is null);

    private PlaygroundNode Roomiest => nodes[^1];

    /// <summary>What the announcement's pod would do before the snapshot is taken, if its container ran.</summary>
    /// <exception cref="IOException">The volume cannot be written to.</exception>
    public static void WritePage(Story announcement) => Write(announcement, First);

    /// <summary>What it would do afterwards.</summary>
    /// <exception cref="IOException">The volume cannot be written to.</exception>
    public static void WriteAnotherPage(Story announcement) => Write(announcement, Second);

    /// <summary>What has to be true after the manifests of the sequel were applied.</summary>
    public IEnumerable<Step> Steps()
    {
        foreach (var step in own.Rising()) yield return step;
        yield return Has(
            Restored, First, $"the page of the time of the snapshot is in the volume that {ObjectName.Of(PodOf(own, Restored))} has",
            "a second claim restored from it with the content of that time");
        yield return Has(
            Clone, Second, $"the page of {ObjectName.Of(announcement.Pods[0])} is in the clone that {ObjectName.Of(PodOf(own, Clone))} has",
            "cloned with its content");
        if (Large is not { } large) yield break;
        var className = large["spec"]!["storageClassName"]!.ToString();
        yield return new Step(
            $"the room of each node for StorageClass {className} is told", Story.Provisioner,
            () => Told(className) == nodes.Count, () => $"it is told of {Told(className)} of {nodes.Count} nodes");
        var pod = PodOf(own, large);
        yield return new Step(
            $"{ObjectName.Of(pod)} is on {Roomiest.Name}, the only node with room for its volume", Story.Provisioner,
            () => own.NodeOf(pod) == Roomiest.Name, () => $"it is on {own.NodeOf(pod)}") { Deed = "a large claim placed on the node with room" };
    }

    private static void Write(Story story, string text) => File.WriteAllText(PageOf(story, story.Claims[0])!, text);

    private Step Has(JsonObject claim, string text, string promise, string deed) => new(
        promise, Story.Driver, () => Read(claim) == text, () => Read(claim) is { } found ? $"it has {found.Trim()}" : $"no page is at {PageOf(own, claim)}")
    { Deed = deed };

    private string? Read(JsonObject claim) => PageOf(own, claim) is { } page && File.Exists(page) ? File.ReadAllText(page) : null;

    private int Told(string className) =>
        state.List("csistoragecapacities").Count(told => ObjectSummary.Text(told.Root, "storageClassName") == className);

    private static string? SourceOf(JsonObject claim) => claim["spec"]?["dataSource"]?["kind"]?.ToString();

    private static JsonObject PodOf(Story story, JsonObject claim) => story.Pods.First(pod => Story.Uses(pod, claim));

    private static string? PageOf(Story story, JsonObject claim) =>
        story.TargetPath(PodOf(story, claim), claim) is { } volume ? Path.Combine(volume, Page) : null;
}
