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

    /// <param name="storage">The cluster.</param>
    /// <param name="takesGroups">Whether the driver takes groups of snapshots; the cluster has to have their kinds then.</param>
    public PlayedSidecar(Storage storage, bool takesGroups = false)
    {
        _world = new World(storage);
        var singles = Play(storage, World.Contents, Look);
        _playing = takesGroups ? Task.WhenAll(singles, Play(storage, World.GroupContents, LookAtGroup)) : singles;
    }

    /// <summary>The snapshots at the driver, by the name of the content they were taken for; those of a group with the handle of their volume behind it.</summary>
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

    private async Task Play(Storage storage, string resource, Action<string> look)
    {
        try
        {
            await foreach (var change in storage.Watch(resource, 0, stop: _stop.Token))
                if (change.Type != WatchEventType.Deleted) look(change.Object.Name);
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
                // That of a member goes with its group.
                if (World.Text(content, "spec", "deletionPolicy") is "Delete") _held.Remove(name);
            }
            _world.LetGo(name);
        }
        else if (content["status"] is not JsonObject && World.Annotation(content, WellKnown.GroupHandle) is null)
        {
            lock (_lock) _held.Add(name);
            _world.Taken(name);
        }
    }

    private void LookAtGroup(string name)
    {
        if (_world.Find(World.GroupContents, name) is not { } content) return;
        if (World.IsBeingDeleted(content))
        {
            if (World.Annotation(content, WellKnown.GroupBeingDeleted) is not "yes" || World.Finalizers(content).Length is 0) return;
            lock (_lock)
            {
                if (World.Text(content, "spec", "deletionPolicy") is "Delete") _held.RemoveWhere(held => held.StartsWith(name, StringComparison.Ordinal));
            }
            _world.LetGo(name, World.GroupContents);
        }
        else if (content["status"] is not JsonObject)
        {
            string[] volumes = [.. content["spec"]!["source"]!["volumeHandles"]!.AsArray().Select(h => h!.GetValue<string>())];
            lock (_lock) _held.UnionWith(volumes.Select(volume => $"{name}/{volume}"));
            _world.GroupTaken(name, volumes);
        }
    }
}
