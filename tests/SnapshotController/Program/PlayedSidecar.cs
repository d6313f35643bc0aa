using System.Text.Json.Nodes;
using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;

namespace Sidecars.SnapshotController.Tests.Program;

/// <summary>
/// Plays the part of csi-snapshotter, with an instant driver: what a content asks for is taken, and goes when it may. Knows what the driver holds.
/// </summary>
internal sealed class PlayedSidecar : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly HashSet<string> _held = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private readonly World _world;
    private readonly Task _playing;

    public PlayedSidecar(Storage storage)
    {
        _world = new World(storage);
        _playing = Play(storage);
    }

    /// <summary>The snapshots at the driver, by the name of the content they were taken for.</summary>
    public IReadOnlyCollection<string> Held
    {
        get
        {
            lock (_lock) return [.. _held];
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _playing.WithinLimit();
        _stop.Dispose();
    }

    private async Task Play(Storage storage)
    {
        try
        {
            await foreach (var change in storage.Watch(World.Contents, 0, stop: _stop.Token))
                if (change.Type != WatchEventType.Deleted) Look(change.Object.Name);
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private void Look(string name)
    {
        if (_world.Find(World.Contents, name) is not { } content) return;
        if (World.IsBeingDeleted(content))
        {
            if (World.Annotation(content, WellKnown.BeingDeleted) is not "yes" || World.Finalizers(content).Length is 0) return;
            lock (_lock)
            {
                if (World.Text(content, "spec", "deletionPolicy") is "Delete") _held.Remove(name);
            }
            _world.LetGo(name);
        }
        else if (content["status"] is not JsonObject)
        {
            lock (_lock) _held.Add(name);
            _world.Taken(name);
        }
    }
}
