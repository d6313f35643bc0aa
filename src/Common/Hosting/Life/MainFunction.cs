using Microsoft.Extensions.Logging;
using Sidecars.Hosting.Files;

namespace Sidecars.Hosting;

/// <summary>
/// Runs a program's main function and turns its end into the exit code: its own return value, or what ended the process first. An
/// exception that reaches this point is a bug: it is logged with its stack and is exit code 2.
/// </summary>
internal static partial class MainFunction
{
    public static async Task<int> RunAsync(ProcessLife life, Func<ProcessLife, Task<int>> run, ILogger log)
    {
        OpenFiles.RaiseLimit();
        // On the pool, so that a main function which blocks cannot keep the process from ending.
        var running = Task.Run(() => Contain(life, run, log));
        var first = await await Task.WhenAny(running, life.Ended);
        // What ended the process and a run that returned because of it may complete together; the cause decides.
        return life.Ended.IsCompletedSuccessfully ? await life.Ended : first;
    }

    private static async Task<int> Contain(ProcessLife life, Func<ProcessLife, Task<int>> run, ILogger log)
    {
        try
        {
            return await run(life);
        }
        catch (OperationCanceledException) when (life.Stopping.IsCancellationRequested)
        {
            // The drain reached the outermost await: that is a clean end.
            return ExitCode.Success;
        }
        catch (Exception e)
        {
            Log.Unhandled(log, e);
            return ExitCode.Crash;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Critical, "Unhandled exception, the process ends")]
        public static partial void Unhandled(ILogger logger, Exception err);
    }
}
