using System.Text.Json.Nodes;
using Sidecars.EmbeddedCluster;

namespace Sidecars.Tests.Support.Controllers;

/// <summary>The state of the cluster as a test makes it, looks at it and waits for it; every wait has a limit and says what it saw instead.</summary>
public class ClusterWorld(Storage storage)
{
    public const string Namespace = "default";
    public const string Claims = "persistentvolumeclaims";
    public const string Volumes = "persistentvolumes";
    public const string Attachments = "volumeattachments";
    public const string Nodes = "csinodes";

    public StoredObject Create(string resource, JsonObject made) => storage.Create(resource, made).Value;

    public StoredObject AddNode(string name, string nodeId, string driver = ScriptedDriverOptions.DefaultName) =>
        Create(Nodes, new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name },
            ["spec"] = new JsonObject { ["drivers"] = new JsonArray(new JsonObject { ["name"] = driver, ["nodeID"] = nodeId }) },
        });

    public StoredObject AddSecret(string name, params (string Key, byte[] Value)[] data)
    {
        var values = new JsonObject();
        foreach (var (key, value) in data) values[key] = Convert.ToBase64String(value);
        return Create("secrets", new JsonObject { ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = Namespace }, ["data"] = values });
    }

    public StoredObject Patch(string resource, string name, string json, string subresource = "", string? ns = null) =>
        storage.Patch(resource, ns ?? NamespaceOf(resource), name, PatchKind.Merge, JsonNode.Parse(json)!, subresource).Value;

    public StoredObject SetPhase(string volume, string phase) => Patch(Volumes, volume, $$$"""{"status":{"phase":"{{{phase}}}"}}""", "status");

    public void Delete(string resource, string name) => _ = storage.Delete(resource, NamespaceOf(resource), name).Value;

    /// <summary>Deletes what somebody else may have deleted already.</summary>
    public void DeleteIfThere(string resource, string name)
    {
        if (storage.Delete(resource, NamespaceOf(resource), name) is { IsOk: false, Error.Code: not 404 } refused) _ = refused.Value;
    }

    public JsonObject? Find(string resource, string name) => storage.Get(resource, NamespaceOf(resource), name).Object?.ToJson();

    public IReadOnlyList<JsonObject> All(string resource) => [.. storage.List(resource).Items.Select(i => i.ToJson())];

    /// <summary>The events about an object.</summary>
    public IReadOnlyList<JsonObject> EventObjectsAbout(string name) => [.. All("events").Where(e => Text(e, "involvedObject", "name") == name)];

    /// <summary>Messages of all events about an object, with their reasons.</summary>
    public IReadOnlyList<string> EventsAbout(string name) => [.. EventObjectsAbout(name).Select(e => $"{Text(e, "reason")}: {Text(e, "message")}")];

    /// <summary>The object as soon as the condition holds.</summary>
    public Task<JsonObject> Until(string resource, string name, Func<JsonObject, bool> holds) =>
        First(resource, change => change.Type != WatchEventType.Deleted && change.Object.Name == name && holds(change.Object.ToJson()),
            () => $"{resource} {name} did not get there; last: {Find(resource, name)?.ToJsonString() ?? "there is none"}; events: {string.Join(" | ", EventsAbout(name))}");

    /// <summary>The condition holds, or the object has gone.</summary>
    public Task UntilOrGone(string resource, string name, Func<JsonObject, bool> holds) =>
        First(resource, change => change.Object.Name == name && (change.Type == WatchEventType.Deleted || holds(change.Object.ToJson())),
            () => $"{resource} {name} did not get there and is not gone: {Find(resource, name)?.ToJsonString()}");

    public Task<JsonObject> UntilExists(string resource, string name) => Until(resource, name, _ => true);

    public async Task UntilGone(string resource, string name)
    {
        var version = storage.Version;
        if (Find(resource, name) is null) return;
        await First(resource, change => change.Type == WatchEventType.Deleted && change.Object.Name == name, () => $"{resource} {name} is still there: {Find(resource, name)}", version);
    }

    /// <summary>The first event about an object with that reason whose message holds the text.</summary>
    public Task<JsonObject> UntilEventObject(string about, string reason, string text = "") =>
        First("events", change => change.Object.ToJson() is var e && Text(e, "involvedObject", "name") == about && Text(e, "reason") == reason
                && Text(e, "message").Contains(text, StringComparison.Ordinal),
            () => $"no event {reason} with \"{text}\" about {about}; there are: {string.Join(" | ", EventsAbout(about))}");

    public static string Text(JsonNode? node, params string[] path)
    {
        foreach (var step in path) node = node?[step];
        return node?.GetValue<string>() ?? "";
    }

    public static string[] Finalizers(JsonObject? item) => [.. (item?["metadata"]?["finalizers"] as JsonArray ?? []).Select(f => f!.GetValue<string>())];

    private async Task<JsonObject> First(string resource, Func<WatchEvent, bool> holds, Func<string> describe, long from = 0)
    {
        using var limit = new CancellationTokenSource(TestTimeouts.Limit, TimeProvider.System);
        try
        {
            await foreach (var change in storage.Watch(resource, from, stop: limit.Token))
                if (holds(change)) return change.Object.ToJson();
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException(describe());
        }
        throw new InvalidOperationException("a watch has no end");
    }

    private static string? NamespaceOf(string resource) => resource is Claims or "secrets" or "events" or "leases" or "volumesnapshots" or "volumegroupsnapshots" or "csistoragecapacities" ? Namespace : null;
}
