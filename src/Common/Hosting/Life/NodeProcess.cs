using Microsoft.Extensions.Logging;

namespace Sidecars.Hosting;

/// <summary>
/// The frame of the programs of the node side: the same signals, exit codes and log as <see cref="SidecarHost"/> gives, without the
/// generic host, whose container and options cost a tenth of what such a program weighs.
/// </summary>
public static class NodeProcess
{
    /// <summary>
    /// Runs <paramref name="run"/> until it returns or <see cref="ProcessLife"/> ends the process, and gives the exit code. Work that
    /// is still in flight then is abandoned, as in the originals.
    /// </summary>
    public static async Task<int> RunAsync(SidecarHostOptions options, Func<ProcessLife, Task<int>> run)
    {
        using var loggers = SidecarHost.CreateLoggers(options);
        using var life = new ProcessLife(loggers, options.TerminationMessagePath);
        using var signals = (options.Signals ?? new PosixSignals()).Subscribe(life.OnSignal);
        return await MainFunction.RunAsync(life, run, loggers.CreateLogger(typeof(NodeProcess)));
    }
}
