using System.Text.Json;

namespace Sidecars.Bench;

/// <summary>Volumes whose claims are gone are deleted: done when the PersistentVolume is gone, finalizer and all.</summary>
internal sealed class DeleteWork(int count) : IWork
{
    public Resource Watched => Resource.Volumes;

    public Task Prepare(BenchObjects objects, CancellationToken stop) =>
        BenchObjects.ForEach(count, (index, token) => objects.MakeVolume(BenchObjects.Name(index), token), stop);

    public Task Ask(BenchObjects objects, int index, CancellationToken stop) =>
        objects.Api.Patch(Resource.Volumes, BenchObjects.Name(index), """{"status":{"phase":"Released"}}""", stop, isStatus: true);

    public string? DoneBy(string change, JsonElement item) => change == "DELETED" ? item.Text("metadata", "name") : null;
}
