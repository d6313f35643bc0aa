using System.Text.Json;

namespace Sidecars.Bench;

/// <summary>The sidecar's part of a snapshot: contents that the snapshot controller made are taken by the driver. Done when the content is ready to use.</summary>
internal sealed class SnapshotWork : IWork
{
    public Resource Watched => Resource.SnapshotContents;

    public Task Prepare(BenchObjects objects, CancellationToken stop) => objects.MakeSnapshotClass(stop);

    public Task Ask(BenchObjects objects, int index, CancellationToken stop) => objects.Api.Create(Resource.SnapshotContents, BenchObjects.Object($$$"""
        {"metadata":{"name":"{{{BenchObjects.Name(index)}}}"},
         "spec":{"driver":"{{{NullDriver.Name}}}","deletionPolicy":"Delete","volumeSnapshotClassName":"{{{BenchObjects.SnapshotClass}}}","source":{"volumeHandle":"v-{{{index}}}"},
          "volumeSnapshotRef":{"kind":"VolumeSnapshot","apiVersion":"snapshot.storage.k8s.io/v1","namespace":"{{{Resource.Namespace}}}","name":"{{{BenchObjects.Name(index)}}}","uid":"uid-{{{index}}}"} } }
        """), stop);

    public string? DoneBy(string change, JsonElement item) => item.Flag("status", "readyToUse") ? item.Text("metadata", "name") : null;
}
