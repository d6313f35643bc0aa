using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Sidecars.Hosting;

/// <summary>
/// Runs the program's main function inside the host and turns its end into the exit code: its own return value, or what ended the
/// process first. An exception that reaches this point is a bug: it is logged with its stack and is exit code 2.
/// </summary>
internal sealed partial class SidecarService(
    ProcessLife life, Func<ProcessLife, Task<int>> run, IHostApplicationLifetime host, ILogger<SidecarService> logger) : IHostedService
{
    private Task _watching = Task.CompletedTask;

    /// <summary>The code for Main, valid once the host has stopped.</summary>
    public int ExitCode { get; private set; } = Hosting.ExitCode.Success;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _watching = Watch();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => _watching;

    private async Task Watch()
    {
        // On the pool, so that a main function which blocks cannot keep the process from ending.
        var running = Task.Run(Contain);
        var first = await Task.WhenAny(running, life.Ended);
        ExitCode = await first;
        // What ended the process and a run that returned because of it may complete together; the cause decides.
        if (life.Ended.IsCompletedSuccessfully) ExitCode = await life.Ended;
        host.StopApplication();
    }

    private async Task<int> Contain()
    {
        try
        {
            return await run(life);
        }
        catch (OperationCanceledException) when (life.Stopping.IsCancellationRequested)
        {
            // The drain reached the outermost await: that is a clean end.
            return Hosting.ExitCode.Success;
        }
        catch (Exception e)
        {
            Log.Unhandled(logger, e);
            return Hosting.ExitCode.Crash;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Critical, "Unhandled exception, the process ends")]
        public static partial void Unhandled(ILogger logger, Exception err);
    }
}
