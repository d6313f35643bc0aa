using System.Text.Json;

namespace Sidecars.Bench;

/// <summary>Claims of an immediate class get a volume: done when the PersistentVolume is there.</summary>
internal sealed class ProvisionWork : IWork
{
    public Resource Watched => Resource.Volumes;

    public Task Prepare(BenchObjects objects, CancellationToken stop) => Task.CompletedTask;

    public Task Ask(BenchObjects objects, int index, CancellationToken stop) => objects.MakeClaim(BenchObjects.Name(index), stop);

    public string? DoneBy(string change, JsonElement item) => change == "ADDED" ? item.Text("spec", "claimRef", "name") : null;
}
