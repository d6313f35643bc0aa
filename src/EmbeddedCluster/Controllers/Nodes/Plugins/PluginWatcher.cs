using Grpc.Core;
using Microsoft.Extensions.Logging;
using Sidecars.NodeDriverRegistrar.Registration;
using Sidecars.Csi;
using Sidecars.Hosting.Files;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>
/// The kubelet's plugin watcher (registrar contract 4.3): a socket that appears in the registry directory, or lies there at the start, is
/// asked who it is, its driver is registered with the node, and it is told the outcome. A socket that goes takes its driver with it, one
/// that is made anew registers it again. Failures are tried again with a growing delay.
/// </summary>
internal sealed partial class PluginWatcher : IAsyncDisposable
{
    private readonly Kubelet _kubelet;
    private readonly ILogger _log;
    private readonly KeyedWork _work;
    private readonly FileSystemWatcher _files;
    private readonly Dictionary<string, (FileIdentity File, string Driver)> _registered = new(StringComparer.Ordinal);

    public PluginWatcher(string directory, Kubelet kubelet, ControllerContext context)
    {
        (_kubelet, _log) = (kubelet, context.Log);
        _work = new KeyedWork("plugin-watcher", Reconcile, context.Time, context.Log);
        Directory.CreateDirectory(directory);
        _files = new FileSystemWatcher(directory) { IncludeSubdirectories = true };
        _files.Created += (_, change) => Look(change.FullPath);
        _files.Deleted += (_, change) => Look(change.FullPath);
        _files.Renamed += (_, change) =>
        {
            Look(change.OldFullPath);
            Look(change.FullPath);
        };
        _files.Error += (_, _) => LookAtAll(); // too many changes at once: nobody knows which
        _files.EnableRaisingEvents = true;
        LookAtAll();
    }

    public async ValueTask DisposeAsync()
    {
        _files.Dispose();
        await _work.DisposeAsync();
    }

    private void LookAtAll()
    {
        string[] known;
        lock (_registered) known = [.. _registered.Keys];
        foreach (var path in known) Look(path); // those that are gone first, as their drivers may be at other paths now
        try
        {
            foreach (var path in Directory.EnumerateFiles(_files.Path, "*", SearchOption.AllDirectories)) Look(path);
        }
        catch (IOException failure)
        {
            Log.CannotLook(_log, _files.Path, failure.Message);
        }
    }

    private void Look(string path)
    {
        if (!Path.GetFileName(path).StartsWith('.')) _work.Add(path);
    }

    private async ValueTask<Outcome> Reconcile(string path, CancellationToken stop)
    {
        var file = FileIdentity.Read(path, out var error);
        if (file is null) return Outcome.Retry($"looking at {path}: {error}");
        if (RegistrationOf(path) is { } known)
        {
            if (known.File == file) return Outcome.Done;
            Forget(path, known.Driver);
        }
        return file.Value.Kind is FileKind.Socket ? await Register(path, file.Value, stop) : Outcome.Done;
    }

    private async Task<Outcome> Register(string path, FileIdentity file, CancellationToken stop)
    {
        using var socket = new PluginSocket(path);
        try
        {
            var info = await socket.GetInfo(stop);
            var refused = Refusal(info) ?? await Admit(path, file, info, stop);
            await socket.Notify(refused, stop);
            return refused is null ? Outcome.Done : Outcome.Retry(refused);
        }
        catch (RpcException failure)
        {
            stop.ThrowIfCancellationRequested();
            return Outcome.Retry($"asking the plugin at {path}: {failure.Status}");
        }
    }

    /// <summary>Why the plugin is none of ours, in the manner of the kubelet, or null.</summary>
    private static string? Refusal(PluginInfo info)
    {
        if (info.Type is not "CSIPlugin")
            return $"RegisterPlugin error -- no handler registered for plugin type: {info.Type}";
        return info.SupportedVersions.Any(version => version.StartsWith("1.", StringComparison.Ordinal))
            ? null
            : "RegisterPlugin error -- plugin validation failed with err: no supported version was offered";
    }

    private async Task<string?> Admit(string path, FileIdentity file, PluginInfo info, CancellationToken stop)
    {
        var endpoint = info.Endpoint.Length > 0 ? info.Endpoint : path;
        try
        {
            if (CsiAddress.Parse(endpoint, out var addressError) is not { } address) throw new InvalidOperationException(addressError);
            if (FileIdentity.Read(endpoint, out _) is not { Kind: FileKind.Socket }) throw new InvalidOperationException($"no socket is at {endpoint}");
            var driver = await _kubelet.Register(address, info.Name, stop);
            lock (_registered) _registered[path] = (file, driver);
            return null;
        }
        catch (Exception failure) when (failure is InvalidOperationException or CsiConnectionException)
        {
            Log.Refused(_log, path, failure.Message);
            return $"RegisterPlugin error -- plugin registration failed with err: {failure.Message}";
        }
    }

    private (FileIdentity File, string Driver)? RegistrationOf(string path)
    {
        lock (_registered) return _registered.TryGetValue(path, out var known) ? known : null;
    }

    private void Forget(string path, string driver)
    {
        lock (_registered) _registered.Remove(path);
        _kubelet.Unregister(driver);
    }

    private static partial class Log
    {
        [LoggerMessage(2, LogLevel.Warning, "Cannot look at the plugins in {Path}: {Reason}")]
        public static partial void CannotLook(ILogger logger, string path, string reason);

        [LoggerMessage(1, LogLevel.Warning, "The plugin at {Path} is not registered: {Reason}")]
        public static partial void Refused(ILogger logger, string path, string reason);
    }
}
