using System.Text.Json.Nodes;
using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalProvisioner.Tests;

/// <summary>The state of the cluster as a test makes it, looks at it and waits for it; every wait has a limit and says what it saw instead.</summary>
internal sealed class World(Storage storage)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(15);

    public const string Claims = "persistentvolumeclaims";
    public const string Volumes = "persistentvolumes";
    public const string Attachments = "volumeattachments";

    public StoredObject Add(TestClass made) => storage.Create("storageclasses", made.ToJson()).Value;

    public StoredObject Add(TestClaim made) => storage.Create(Claims, made.ToJson()).Value;

    public StoredObject Add(TestVolume made)
    {
        _ = storage.Create(Volumes, made.ToJson()).Value;
        return SetPhase(made.Name, made.Phase);
    }

    public StoredObject AddSecret(string ns, string name, params (string Key, string Value)[] data)
    {
        var values = new JsonObject();
        foreach (var (key, value) in data) values[key] = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(value));
        return storage.Create("secrets", Object(ns, name, "data", values)).Value;
    }

    public StoredObject Attach(string volume, string node) => storage.Create(Attachments, Object(null, $"of-{volume}-{node}", "spec", new JsonObject
    {
        ["attacher"] = ScriptedDriverOptions.DefaultName,
        ["nodeName"] = node,
        ["source"] = new JsonObject { ["persistentVolumeName"] = volume },
    })).Value;

    public StoredObject Create(string resource, JsonObject made) => storage.Create(resource, made).Value;

    public StoredObject SetPhase(string volume, string phase) => storage.Patch(
        Volumes, null, volume, PatchKind.Merge, new JsonObject { ["status"] = new JsonObject { ["phase"] = phase } }, "status").Value;

    public StoredObject Patch(string resource, string name, string json) =>
        storage.Patch(resource, NamespaceOf(resource), name, PatchKind.Merge, JsonNode.Parse(json)!).Value;

    public void Delete(string resource, string name) => _ = storage.Delete(resource, NamespaceOf(resource), name).Value;

    public JsonObject? Find(string resource, string name) => storage.Get(resource, NamespaceOf(resource), name).Object?.ToJson();

    public IReadOnlyList<JsonObject> All(string resource) => [.. storage.List(resource).Items.Select(i => i.ToJson())];

    /// <summary>Messages of all events about an object, with their reasons.</summary>
    public IReadOnlyList<string> EventsAbout(string name) =>
        [.. All("events").Where(e => Text(e, "involvedObject", "name") == name).Select(e => $"{Text(e, "reason")}: {Text(e, "message")}")];

    /// <summary>The object as soon as the condition holds.</summary>
    public async Task<JsonObject> Until(string resource, string name, Func<JsonObject, bool> holds) =>
        await First(resource, change => change.Type != WatchEventType.Deleted && change.Object.Name == name && holds(change.Object.ToJson()),
            () => $"{resource} {name} did not get there; last: {Find(resource, name)?.ToJsonString() ?? "there is none"}; events: {string.Join(" | ", EventsAbout(name))}");

    public Task<JsonObject> UntilExists(string resource, string name) => Until(resource, name, _ => true);

    /// <summary>The volume of a claim as soon as it stands in the API.</summary>
    public Task<JsonObject> UntilProvisioned(StoredObject claim) => UntilExists(Volumes, $"pvc-{claim.Uid}");

    public async Task UntilGone(string resource, string name)
    {
        var version = storage.Version;
        if (Find(resource, name) is null) return;
        await First(resource, change => change.Type == WatchEventType.Deleted && change.Object.Name == name, () => $"{resource} {name} is still there: {Find(resource, name)}", version);
    }

    /// <summary>The message of the first event about an object with that reason whose message holds the text.</summary>
    public async Task<string> UntilEvent(string about, string reason, string text = "")
    {
        var found = await First("events", change => change.Object.ToJson() is var e && Text(e, "involvedObject", "name") == about && Text(e, "reason") == reason
                && Text(e, "message").Contains(text, StringComparison.Ordinal),
            () => $"no event {reason} with \"{text}\" about {about}; there are: {string.Join(" | ", EventsAbout(about))}");
        return Text(found, "message");
    }

    public static string Text(JsonNode? node, params string[] path)
    {
        foreach (var step in path) node = node?[step];
        return node?.GetValue<string>() ?? "";
    }

    private async Task<JsonObject> First(string resource, Func<WatchEvent, bool> holds, Func<string> describe, long from = 0)
    {
        using var limit = new CancellationTokenSource(s_limit, TimeProvider.System);
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

    private static string? NamespaceOf(string resource) => resource is Claims or "secrets" or "events" or "leases" ? TestClaim.Namespace : null;

    private static JsonObject Object(string? ns, string name, string field, JsonObject value)
    {
        var metadata = new JsonObject { ["name"] = name };
        if (ns is not null) metadata["namespace"] = ns;
        return new JsonObject { ["metadata"] = metadata, [field] = value };
    }
}
