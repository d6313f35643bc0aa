using System.Text.Json;

namespace Sidecars.Bench;

/// <summary>Volumes are attached to one node: done when the attachment's status says so.</summary>
internal sealed class AttachWork(int count) : IWork
{
    public Resource Watched => Resource.Attachments;

    public async Task Prepare(BenchObjects objects, CancellationToken stop)
    {
        await objects.MakeNode(stop);
        await BenchObjects.ForEach(count, (index, token) => objects.MakeVolume(BenchObjects.Name(index), token), stop);
    }

    public Task Ask(BenchObjects objects, int index, CancellationToken stop) => objects.Api.Create(Resource.Attachments, Attachment(index), stop);

    public string? DoneBy(string change, JsonElement item) => item.Flag("status", "attached") ? item.Text("metadata", "name") : null;

    /// <summary>An attachment of a volume of the same name.</summary>
    public static System.Text.Json.Nodes.JsonObject Attachment(int index, string finalizers = "") => BenchObjects.Object($$$"""
        {"metadata":{"name":"{{{BenchObjects.Name(index)}}}","finalizers":[{{{finalizers}}}]},
         "spec":{"attacher":"{{{NullDriver.Name}}}","nodeName":"{{{BenchObjects.Node}}}","source":{"persistentVolumeName":"{{{BenchObjects.Name(index)}}}"} } }
        """);
}
