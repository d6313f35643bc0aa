using System.Text.Json;

namespace Sidecars.Bench;

/// <summary>Attachments that an attacher made are deleted: done when the VolumeAttachment is gone, finalizer and all.</summary>
internal sealed class DetachWork(int count) : IWork
{
    /// <summary>The attacher's finalizer for our driver, as every attacher writes it.</summary>
    private static readonly string s_finalizer = $"external-attacher/{NullDriver.Name.Replace('.', '-')}";

    public Resource Watched => Resource.Attachments;

    public async Task Prepare(BenchObjects objects, CancellationToken stop)
    {
        await objects.MakeNode(stop);
        await BenchObjects.ForEach(count, async (index, token) =>
        {
            await objects.MakeVolume(BenchObjects.Name(index), token, s_finalizer);
            await objects.Api.Create(Resource.Attachments, AttachWork.Attachment(index, $"\"{s_finalizer}\""), token);
            await objects.Api.Patch(Resource.Attachments, BenchObjects.Name(index), """{"status":{"attached":true}}""", token, isStatus: true);
        }, stop);
    }

    public Task Ask(BenchObjects objects, int index, CancellationToken stop) => objects.Api.Delete(Resource.Attachments, BenchObjects.Name(index), stop);

    public string? DoneBy(string change, JsonElement item) => change == "DELETED" ? item.Text("metadata", "name") : null;
}
