using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace Sidecars.Hosting;

/// <summary>
/// Decides when and with which code the process ends. The first cause wins: a signal, a <see cref="Fail"/>, or the return of the
/// program's main function. Without <see cref="DrainOnSignal"/> the first SIGTERM or SIGINT ends the process promptly with 143 or 130;
/// with it the signal only cancels <see cref="Stopping"/>, the program drains and decides the code, and a second signal ends it with 1.
/// Nothing here blocks or calls exit: whoever runs the program awaits <see cref="Ended"/> and returns its code from Main.
/// </summary>
public sealed partial class ProcessLife : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource<int> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ILogger _logger;
    private readonly string _terminationMessagePath;
    private int _signals;
    private int _failed;

    internal ProcessLife(ILoggerFactory loggers, string terminationMessagePath)
    {
        Loggers = loggers;
        _logger = loggers.CreateLogger<ProcessLife>();
        _terminationMessagePath = terminationMessagePath;
        Stopping = _stopping.Token;
    }

    /// <summary>Cancelled as soon as the process is to end, whatever the cause. All work hangs on it.</summary>
    public CancellationToken Stopping { get; }

    /// <summary>
    /// Whether the first signal lets the work drain (gate <c>ReleaseLeaderElectionOnExit</c>, common contract 6.4). To be set before
    /// the controllers start; off by default.
    /// </summary>
    public bool DrainOnSignal { get; set; }

    /// <summary>Whether a second signal ends the process with 1; to be turned off where the drain is short and a further signal can only repeat the wish.</summary>
    public bool EndsOnSecondSignal { get; set; } = true;

    /// <summary>The signal that asked for the end first; null as long as none did. It is known before <see cref="Stopping"/> is cancelled.</summary>
    public PosixSignal? FirstSignal { get; private set; }

    /// <summary>Makes the loggers of everything that runs inside this process.</summary>
    public ILoggerFactory Loggers { get; }

    /// <summary>Completes with the exit code when the process has to end now, without waiting for work in flight.</summary>
    public Task<int> Ended => _ended.Task;

    /// <summary>
    /// Ends the process with <paramref name="exitCode"/>. The first call wins, later ones are only logged. With
    /// <paramref name="asTerminationMessage"/> the reason is also left where the kubelet picks it up (common contract 3.3); a failure
    /// to write it is logged and changes nothing else.
    /// </summary>
    public void Fail(int exitCode, string reason, bool asTerminationMessage = false)
    {
        if (Interlocked.Exchange(ref _failed, 1) != 0)
        {
            Log.FurtherFailure(_logger, reason, exitCode);
            return;
        }
        if (exitCode == ExitCode.Fatal) Log.FatalEnd(_logger, reason, exitCode);
        else Log.End(_logger, reason, exitCode);
        if (asTerminationMessage) WriteTerminationMessage(reason);
        EndWith(exitCode);
    }

    /// <summary>Ends the process with exit code 1 when <paramref name="failure"/> completes, with its reason.</summary>
    public void EndOn(Task<string> failure)
    {
        _ = End();

        async Task End() => Fail(ExitCode.Failure, await failure);
    }

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    internal void OnSignal(PosixSignal signal)
    {
        var first = Interlocked.Increment(ref _signals) == 1;
        if (first) FirstSignal = signal;
        if (first && DrainOnSignal)
        {
            Log.Draining(_logger, signal);
            CancelStopping();
        }
        else if (first)
        {
            EndWith(signal == PosixSignal.SIGINT ? ExitCode.Interrupted : ExitCode.Terminated);
        }
        else if (EndsOnSecondSignal)
        {
            Log.SecondSignal(_logger, signal);
            EndWith(ExitCode.Failure);
        }
        else
        {
            Log.FurtherSignal(_logger, signal);
        }
    }

    // The code is fixed before the token is cancelled, so that work which ends because of the token cannot decide it.
    private void EndWith(int exitCode)
    {
        _ended.TrySetResult(exitCode);
        CancelStopping();
    }

    private void CancelStopping()
    {
        try
        {
            _stopping.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // Whoever waits for the end may be through with it before the signal's own thread is: nobody is left to be told.
        }
    }

    private void WriteTerminationMessage(string reason)
    {
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
            using var file = new FileStream(_terminationMessagePath, options);
            file.Write(System.Text.Encoding.UTF8.GetBytes(reason));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.NoTerminationMessage(_logger, e, _terminationMessagePath);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "Process ends: {reason} {exitCode}")]
        public static partial void End(ILogger logger, string reason, int exitCode);

        [LoggerMessage(LogLevel.Critical, "Process ends: {reason} {exitCode}")]
        public static partial void FatalEnd(ILogger logger, string reason, int exitCode);

        [LoggerMessage(LogLevel.Error, "A further failure while the process already ends: {reason} {exitCode}")]
        public static partial void FurtherFailure(ILogger logger, string reason, int exitCode);

        [LoggerMessage(LogLevel.Information, "Signal received, waiting for the work in flight to finish: {signal}")]
        public static partial void Draining(ILogger logger, PosixSignal signal);

        [LoggerMessage(LogLevel.Warning, "Second signal received, ending at once: {signal}")]
        public static partial void SecondSignal(ILogger logger, PosixSignal signal);

        [LoggerMessage(LogLevel.Information, "A further signal changes nothing, the end is under way: {signal}")]
        public static partial void FurtherSignal(ILogger logger, PosixSignal signal);

        [LoggerMessage(LogLevel.Error, "Could not write the termination message: {path}")]
        public static partial void NoTerminationMessage(ILogger logger, Exception err, string path);
    }
}
