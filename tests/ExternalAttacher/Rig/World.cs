using System.Text.Json.Nodes;
using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalAttacher.Tests;

/// <summary>The state of the cluster as a test makes it, looks at it and waits for it; every wait has a limit and says what it saw instead.</summary>
internal sealed class World(Storage storage)
{
    public const string Volumes = "persistentvolumes";
    public const string Attachments = "volumeattachments";
    public const string Nodes = "csinodes";

    public StoredObject Add(TestVolume made) => storage.Create(Volumes, made.ToJson()).Value;

    public StoredObject Add(TestAttachment made)
    {
        var added = storage.Create(Attachments, made.ToJson()).Value;
        return made.Status is { } status
            ? storage.Patch(Attachments, null, made.Name, PatchKind.Merge, new JsonObject { ["status"] = status.DeepClone() }, "status").Value
            : added;
    }

    public StoredObject AddNode(string name, string nodeId, string driver = ScriptedDriverOptions.DefaultName) =>
        storage.Create(Nodes, new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name },
            ["spec"] = new JsonObject { ["drivers"] = new JsonArray(new JsonObject { ["name"] = driver, ["nodeID"] = nodeId }) },
        }).Value;

    public StoredObject AddSecret(string name, params (string Key, byte[] Value)[] data)
    {
        var values = new JsonObject();
        foreach (var (key, value) in data) values[key] = Convert.ToBase64String(value);
        return storage.Create("secrets", new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "default" },
            ["data"] = values,
        }).Value;
    }

    public StoredObject Change(string resource, string name, string json, string subresource = "") =>
        storage.Patch(resource, null, name, PatchKind.Merge, JsonNode.Parse(json)!, subresource).Value;

    public void Delete(string resource, string name) => _ = storage.Delete(resource, null, name).Value;

    public JsonObject? Find(string resource, string name) => storage.Get(resource, null, name).Object?.ToJson();

    /// <summary>The message and code of the attachment's attachError or detachError; null without one.</summary>
    public (string Message, int? Code)? ErrorOf(string attachment, string field) =>
        Find(Attachments, attachment)?["status"]?[field] is { } error ? (Text(error, "message"), error["errorCode"]?.GetValue<int>()) : null;

    public IReadOnlyList<JsonObject> EventsAbout(string name) =>
        [.. storage.List("events").Items.Select(i => i.ToJson()).Where(e => Text(e, "involvedObject", "name") == name)];

    public Task<JsonObject> UntilAttached(string attachment) => Until(Attachments, attachment, a => a["status"]?["attached"]?.GetValue<bool>() ?? false);

    /// <summary>The message of the error as soon as there is one.</summary>
    public async Task<string> UntilError(string attachment, string field = "attachError", string text = "") => Text(
        await Until(Attachments, attachment, a => Text(a, "status", field, "message") is { Length: > 0 } message && message.Contains(text, StringComparison.Ordinal)),
        "status", field, "message");

    /// <summary>The object as soon as the condition holds.</summary>
    public Task<JsonObject> Until(string resource, string name, Func<JsonObject, bool> holds) =>
        First(resource, change => change.Type != WatchEventType.Deleted && change.Object.Name == name && holds(change.Object.ToJson()),
            () => $"{resource} {name} did not get there; last: {Find(resource, name)?.ToJsonString() ?? "there is none"}");

    public async Task UntilGone(string resource, string name)
    {
        var version = storage.Version;
        if (Find(resource, name) is null) return;
        await First(resource, change => change.Type == WatchEventType.Deleted && change.Object.Name == name, () => $"{resource} {name} is still there: {Find(resource, name)}", version);
    }

    public Task<JsonObject> UntilEvent(string about, string reason) =>
        First("events", change => change.Object.ToJson() is var e && Text(e, "involvedObject", "name") == about && Text(e, "reason") == reason,
            () => $"no event {reason} about {about}");

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
}
