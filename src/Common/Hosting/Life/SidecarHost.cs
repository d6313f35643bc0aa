using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sidecars.Hosting.Logging;

namespace Sidecars.Hosting;

/// <summary>
/// The frame of every program: an empty generic host with the klog provider, our signal handling and one service that runs the
/// program. It reads no configuration files and no environment. <see cref="RunAsync"/> returns the exit code for Main; nothing in it
/// ends the process by force, so everything written before is written.
/// </summary>
public static partial class SidecarHost
{
    /// <summary>
    /// Runs <paramref name="run"/> until it returns or <see cref="ProcessLife"/> ends the process, and gives the exit code. Work that
    /// is still in flight then is abandoned, as in the originals.
    /// </summary>
    public static async Task<int> RunAsync(SidecarHostOptions options, Func<ProcessLife, Task<int>> run)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        AddLogging(builder.Logging, options);
        builder.Services
            .AddSingleton(services => new ProcessLife(services.GetRequiredService<ILoggerFactory>(), options.TerminationMessagePath))
            .AddSingleton(options.Signals ?? new PosixSignals())
            .AddSingleton<IHostLifetime, SignalLifetime>()
            .AddSingleton(run)
            .AddSingleton<SidecarService>()
            .AddHostedService(services => services.GetRequiredService<SidecarService>());
        using var host = builder.Build();
        var service = host.Services.GetRequiredService<SidecarService>();
        await host.RunAsync();
        return service.ExitCode;
    }

    /// <summary>
    /// A logger factory with the same provider and filters, for the lines a program writes before it runs, such as an invalid flag
    /// combination.
    /// </summary>
    public static ILoggerFactory CreateLoggers(SidecarHostOptions options) =>
#pragma warning disable CA2000 // The factory owns the provider and disposes it.
        new LoggerFactory([new KlogLoggerProvider(options.Logging, options.Time, options.LogOutput)], new LoggerFilterOptions { MinLevel = LogLevel.Trace });
#pragma warning restore CA2000

    /// <summary>
    /// Says why a program does not run with its command line, before it runs, and gives back <paramref name="exitCode"/> for Main.
    /// </summary>
    public static int Refuse(SidecarHostOptions options, string reason, int exitCode = ExitCode.Failure)
    {
        using var loggers = CreateLoggers(options);
        Log.Refused(loggers.CreateLogger(typeof(SidecarHost)), reason);
        return exitCode;
    }

    private static void AddLogging(ILoggingBuilder logging, SidecarHostOptions options)
    {
        // The provider decides by -v and --vmodule; the factory must not decide before it.
        logging.SetMinimumLevel(LogLevel.Trace);
        logging.AddFilter("Microsoft", LogLevel.Warning);
#pragma warning disable CA2000 // The factory owns the provider and disposes it.
        logging.AddProvider(new KlogLoggerProvider(options.Logging, options.Time, options.LogOutput));
#pragma warning restore CA2000
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The command line is invalid: {err}")]
        public static partial void Refused(ILogger logger, string err);
    }
}
