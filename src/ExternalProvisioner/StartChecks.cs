using Microsoft.Extensions.Logging;
using Sidecars.Hosting;

namespace Sidecars.ExternalProvisioner;

/// <summary>The checks before anything is connected; each answers with the exit code, or null to go on.</summary>
internal sealed partial class StartChecks(ProvisionerFlags flags, ILoggerFactory loggers)
{
    private readonly ILogger _log = loggers.CreateLogger<StartChecks>();

    public int? Logging()
    {
        if (flags.Logging.Check() is not { } problem) return null;
        Log.BadLogging(_log, problem);
        return ExitCode.Failure;
    }

    public int? Gates()
    {
        var gates = flags.Gates();
        foreach (var warning in gates.Warnings) Log.Warning(_log, warning);
        if (gates.Error is null && gates.IsEnabled(ProvisionerFlags.CrossNamespaceGate))
            Log.Warning(_log, $"feature gate {ProvisionerFlags.CrossNamespaceGate} has no effect: data sources are not supported by this version");
        if (gates.Error is not { } error) return null;
        Log.Fatal(_log, error);
        return ExitCode.Fatal;
    }

    public int? Flags()
    {
        if (flags.Problem() is { } problem)
        {
            Log.BadFlags(_log, problem);
            return ExitCode.Failure;
        }
        if (flags.Standard.CheckThrottle() is not { } throttle) return null;
        Log.Fatal(_log, throttle);
        return ExitCode.Fatal;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "LoggingConfiguration is invalid: {err}")]
        public static partial void BadLogging(ILogger logger, string err);

        [LoggerMessage(2, LogLevel.Error, "The command line is invalid: {err}")]
        public static partial void BadFlags(ILogger logger, string err);

        [LoggerMessage(3, LogLevel.Critical, "The command line is invalid: {err}")]
        public static partial void Fatal(ILogger logger, string err);

        [LoggerMessage(4, LogLevel.Warning, "The command line names something without effect: {reason}")]
        public static partial void Warning(ILogger logger, string reason);
    }
}
