using Microsoft.Extensions.Logging;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>
/// One running controller: watches of the cluster that name keys, and the work on them. It starts with every object there is, and does
/// so again when it has fallen behind the history, so no state is missed; who reconciles reads the state, not the change.
/// </summary>
internal sealed partial class ControllerLoop : IAsyncDisposable
{
    private readonly Storage _storage;
    private readonly string _name;
    private readonly ILogger _log;
    private readonly KeyedWork _work;
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Task> _watches = [];

    public ControllerLoop(
        string name, ControllerContext context, Func<string, CancellationToken, ValueTask<Outcome>> reconcile)
    {
        (_name, _storage, _log) = (name, context.Storage, context.Log);
        _work = new KeyedWork(name, reconcile, context.Time, context.Log);
    }

    /// <summary>Adds the keys a change of the resource concerns.</summary>
    public ControllerLoop On(string resource, Func<WatchEvent, IEnumerable<string>> keys)
    {
        _watches.Add(Task.Run(() => Watch(resource, keys)));
        return this;
    }

    /// <summary>Adds the changed object itself.</summary>
    public ControllerLoop On(string resource) => On(resource, change => [ObjectKey.Of(change.Object)]);

    public void Add(string key) => _work.Add(key);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_watches);
        await _work.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task Watch(string resource, Func<WatchEvent, IEnumerable<string>> keys)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await foreach (var change in _storage.Watch(resource, stop: _stopping.Token))
                    foreach (var key in keys(change)) _work.Add(key);
            }
            catch (HistoryExpiredException)
            {
                Log.FellBehind(_log, _name, resource);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "{Controller} fell behind the history of {Resource} and starts over")]
        public static partial void FellBehind(ILogger logger, string controller, string resource);
    }
}
