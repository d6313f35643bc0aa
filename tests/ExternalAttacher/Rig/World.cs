using System.Text.Json.Nodes;
using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.ExternalAttacher.Tests;

/// <summary>The state of the cluster with what an attacher works on.</summary>
internal sealed class World(Storage storage) : ClusterWorld(storage)
{
    public StoredObject Add(TestVolume made) => Create(Volumes, made.ToJson());

    public StoredObject Add(TestAttachment made)
    {
        var added = Create(Attachments, made.ToJson());
        return made.Status is { } status ? Patch(Attachments, made.Name, new JsonObject { ["status"] = status.DeepClone() }.ToJsonString(), "status") : added;
    }

    /// <summary>The message and code of the attachment's attachError or detachError; null without one.</summary>
    public (string Message, int? Code)? ErrorOf(string attachment, string field) =>
        Find(Attachments, attachment)?["status"]?[field] is { } error ? (Text(error, "message"), error["errorCode"]?.GetValue<int>()) : null;

    public Task<JsonObject> UntilAttached(string attachment) => Until(Attachments, attachment, a => a["status"]?["attached"]?.GetValue<bool>() ?? false);

    /// <summary>The message of the error as soon as there is one.</summary>
    public async Task<string> UntilError(string attachment, string field = "attachError", string text = "") => Text(
        await Until(Attachments, attachment, a => Text(a, "status", field, "message") is { Length: > 0 } message && message.Contains(text, StringComparison.Ordinal)),
        "status", field, "message");
}
