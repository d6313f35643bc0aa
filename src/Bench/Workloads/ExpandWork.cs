using System.Text.Json;

namespace Sidecars.Bench;

/// <summary>The first of the claims that stand by ask for twice their size: done when the claim's status has it.</summary>
internal sealed class ExpandWork : IWork
{
    public Resource Watched => Resource.Claims;

    public string NameOf(int index) => BenchObjects.Name(index, BenchObjects.Standing);

    public Task Prepare(BenchObjects objects, CancellationToken stop) => Task.CompletedTask;

    public Task Ask(BenchObjects objects, int index, CancellationToken stop) =>
        objects.Api.Patch(Resource.Claims, NameOf(index), """{"spec":{"resources":{"requests":{"storage":"2Gi"}}}}""", stop);

    public string? DoneBy(string change, JsonElement item) => item.Text("status", "capacity", "storage") == "2Gi" ? item.Text("metadata", "name") : null;
}
