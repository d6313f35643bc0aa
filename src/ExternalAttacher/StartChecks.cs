using Microsoft.Extensions.Logging;
using Sidecars.Hosting;

namespace Sidecars.ExternalAttacher;

/// <summary>The checks before anything is connected; each answers with the exit code, or null to go on (attacher contract 4.1).</summary>
internal sealed partial class StartChecks(AttacherFlags flags, ILoggerFactory loggers)
{
    private readonly ILogger _log = loggers.CreateLogger<StartChecks>();

    public int? Logging() => flags.Logging.Check() is { } problem ? Refuse(ExitCode.Failure, $"LoggingConfiguration is invalid: {problem}") : null;

    public int? Gates()
    {
        var gates = flags.Gates();
        foreach (var warning in gates.Warnings) Log.Warning(_log, warning);
        return gates.Error is { } error ? Refuse(ExitCode.Failure, error) : null;
    }

    public int? Flags()
    {
        if (flags.Problem() is { } problem) return Refuse(ExitCode.Failure, problem);
        return flags.CrashProblem() is { } crash ? Refuse(ExitCode.Crash, crash) : null;
    }

    private int Refuse(int code, string reason)
    {
        Log.Refused(_log, reason);
        return code;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The command line is invalid: {err}")]
        public static partial void Refused(ILogger logger, string err);

        [LoggerMessage(2, LogLevel.Warning, "The command line names something without effect: {reason}")]
        public static partial void Warning(ILogger logger, string reason);
    }
}
