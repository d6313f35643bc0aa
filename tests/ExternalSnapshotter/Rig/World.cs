using System.Text.Json.Nodes;
using Sidecars.EmbeddedCluster;
using Sidecars.ExternalSnapshotter.Contents;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.ExternalSnapshotter.Tests;

/// <summary>The state of the cluster with what a snapshotter works on.</summary>
internal sealed class World(Storage storage) : ClusterWorld(storage)
{
    public const string Contents = "volumesnapshotcontents";
    public const string Classes = "volumesnapshotclasses";
    public const string Groups = "volumegroupsnapshotcontents";
    public const string GroupClasses = "volumegroupsnapshotclasses";

    public void AddSnapshotKinds(bool groups = true)
    {
        foreach (var definition in SnapshotKinds.Definitions) Create("customresourcedefinitions", definition);
        if (groups) AddGroupKinds();
    }

    public void AddGroupKinds()
    {
        foreach (var definition in SnapshotKinds.GroupDefinitions) Create("customresourcedefinitions", definition);
    }

    public StoredObject AddClass(string name, JsonObject? parameters = null, string driver = ScriptedDriverOptions.DefaultName) =>
        Create(Classes, Class("snapshot.storage.k8s.io/v1", "VolumeSnapshotClass", name, parameters, driver));

    public StoredObject AddGroupClass(string name, JsonObject? parameters = null, string driver = ScriptedDriverOptions.DefaultName) =>
        Create(GroupClasses, Class("groupsnapshot.storage.k8s.io/v1", "VolumeGroupSnapshotClass", name, parameters, driver));

    public StoredObject Add(TestContent made) => Add(Contents, made.Name, made.ToJson(), made.Status);

    public StoredObject Add(TestGroup made) => Add(Groups, made.Name, made.ToJson(), made.Status);

    /// <summary>As the user's deletion arrives here: first the mark, then the deletion.</summary>
    public void DeleteByUser(string content)
    {
        Patch(Contents, content, $$$"""{"metadata":{"annotations":{"{{{ContentKeys.OfSingle.BeingDeleted}}}":"yes"} } }""");
        Delete(Contents, content);
    }

    /// <summary>The same of a group.</summary>
    public void DeleteGroupByUser(string content)
    {
        Patch(Groups, content, $$$"""{"metadata":{"annotations":{"{{{ContentKeys.OfGroup.BeingDeleted}}}":"yes"} } }""");
        Delete(Groups, content);
    }

    public Task<JsonObject> UntilReady(string content, string resource = Contents) =>
        Until(resource, content, c => Status(c)?["readyToUse"]?.GetValue<bool>() is true);

    /// <summary>Ready, and the mark is off.</summary>
    public async Task<JsonObject> UntilSettled(string content) =>
        await Until(Contents, content, c => Status(c)?["readyToUse"]?.GetValue<bool>() is true && !IsBeingCreated(c));

    /// <summary>The message of the error as soon as there is one with that text.</summary>
    public async Task<string> UntilError(string content, string text = "", string resource = Contents) => Text(
        await Until(resource, content, c =>
            Text(c, "status", "error", "message") is { Length: > 0 } message && message.Contains(text, StringComparison.Ordinal)),
        "status", "error", "message");

    public static JsonNode? Status(JsonObject? content) => content?["status"];

    public static bool IsBeingCreated(JsonObject content) =>
        content["metadata"]?["annotations"]?[ContentKeys.OfSingle.BeingCreated] is not null
            || content["metadata"]?["annotations"]?[ContentKeys.OfGroup.BeingCreated] is not null;

    private StoredObject Add(string resource, string name, JsonObject made, JsonObject? status)
    {
        var added = Create(resource, made);
        return status is null ? added : Patch(resource, name, new JsonObject { ["status"] = status.DeepClone() }.ToJsonString(), "status");
    }

    private static JsonObject Class(string apiVersion, string kind, string name, JsonObject? parameters, string driver)
    {
        var made = new JsonObject
        {
            ["apiVersion"] = apiVersion, ["kind"] = kind, ["metadata"] = new JsonObject { ["name"] = name }, ["driver"] = driver,
            ["deletionPolicy"] = "Delete",
        };
        if (parameters is not null) made["parameters"] = parameters;
        return made;
    }
}
