using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Sidecars.Hosting.Files;
using Sidecars.NodeDriverRegistrar.Http2;

namespace Sidecars.NodeDriverRegistrar.Registration;

/// <summary>
/// Sees to it that there is a registration socket the kubelet knows of. One that vanished is made anew. One that nobody asked for GetInfo is made
/// anew too, ever less often, because the kubelet looks at a socket when its file appears and not again. The socket of another process at
/// our path is left alone. Nothing that goes wrong here ends the process: it is logged and tried again.
/// </summary>
internal sealed partial class RegistrationWatch(
    RegistrationSocket socket, Http2Server server, RegistrationService service, TimeProvider time, ILogger logger)
{
    /// <summary>Pause between two looks at the file: a node may have dozens of us, so it is not short.</summary>
    internal static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    /// <summary>The kubelet asks within a second or two of the appearance of a socket, unless it is just starting.</summary>
    internal static readonly TimeSpan FirstPatience = TimeSpan.FromSeconds(20);

    /// <summary>A kubelet that does not run for hours finds the socket by itself when it starts.</summary>
    internal static readonly TimeSpan LongestPatience = TimeSpan.FromMinutes(5);

    private readonly TaskCompletionSource<string> _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TimeSpan _patience = FirstPatience;
    private long _openedAt;
    private int _questionsBefore;
    private string _lastTold = ""; // of what is at the path
    private string _lastFailure = ""; // of making the socket anew

    /// <summary>Completes, with the reason, when a socket that stands takes no clients any more.</summary>
    public Task<string> Broken => _broken.Task;

    /// <summary>Makes the socket and begins to serve on it. Null, or why that is impossible.</summary>
    public string? Open()
    {
        _questionsBefore = service.Questions;
        if (socket.Open() is { } problem) return problem;
        _openedAt = time.GetTimestamp();
        _ = Serve(socket.Listener!);
        return null;
    }

    /// <summary>Looks after the socket until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (true)
        {
            await Task.Delay(Period, time, stop);
            Look();
        }
    }

    private async Task Serve(Socket listener)
    {
        if (await server.AcceptAsync(listener) is { } problem) _broken.TrySetResult($"cannot take clients on {socket.Path} any more: {problem}");
    }

    internal void Look()
    {
        if (FileIdentity.Read(socket.Path, out var error) is not { } file) TellOnce(ref _lastTold, $"it cannot be looked at: {error}");
        else if (file.Kind == FileKind.Missing) Restore();
        else if (file.Kind == FileKind.Other) TellOnce(ref _lastTold, "something that is not a socket has taken its place, remove it");
        else if (!socket.IsOwn(file)) TellOnce(ref _lastTold, "the socket of another process has taken its place; is there a second registrar for this driver on the node?");
        else SeeToQuestions();
    }

    private void Restore()
    {
        if (Open() is { } problem)
        {
            TellOnce(ref _lastFailure, $"it is gone and cannot be made anew: {problem}");
            return;
        }
        _patience = FirstPatience;
        _lastTold = _lastFailure = "";
        Log.Restored(logger, socket.Path);
    }

    private void SeeToQuestions()
    {
        _lastTold = "";
        if (service.Questions != _questionsBefore)
        {
            _patience = FirstPatience;
            return;
        }
        if (time.GetElapsedTime(_openedAt) < _patience) return;
        Log.Unasked(logger, socket.Path, _patience);
        _patience = _patience * 2 < LongestPatience ? _patience * 2 : LongestPatience;
        _openedAt = time.GetTimestamp(); // also where it fails: the next try comes no sooner
        if ((socket.RemoveOwn() ?? Open()) is { } problem) TellOnce(ref _lastFailure, $"it cannot be made anew: {problem}");
        else _lastFailure = "";
    }

    // Every look finds the same as long as nobody does anything about it.
    private void TellOnce(ref string last, string problem)
    {
        if (last == problem) return;
        last = problem;
        Log.Trouble(logger, socket.Path, problem);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The registration socket was gone and has been made anew: {path}")]
        public static partial void Restored(ILogger logger, string path);

        [LoggerMessage(2, LogLevel.Warning,
            "The kubelet has not asked who we are, making the registration socket anew; if this goes on, the kubelet does not run or --plugin-registration-path " +
            "is not a mount of its plugins_registry directory: {path} {waited}")]
        public static partial void Unasked(ILogger logger, string path, TimeSpan waited);

        [LoggerMessage(3, LogLevel.Error, "The kubelet cannot find this driver by its registration socket: {path} {problem}")]
        public static partial void Trouble(ILogger logger, string path, string problem);
    }
}
