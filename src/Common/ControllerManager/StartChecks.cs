using Microsoft.Extensions.Logging;
using Sidecars.Hosting;
using Sidecars.Hosting.Flags;

namespace Sidecars.ControllerManager;

/// <summary>
/// The checks of a command line that was parsed, before anything is connected, in the originals' order: log, gates, version, the
/// program's own (common contract 1.5).
/// </summary>
internal sealed partial class StartChecks(ControllerProgram program, TextWriter output, ILoggerFactory loggers)
{
    private readonly ILogger _log = loggers.CreateLogger<StartChecks>();

    /// <summary>The exit code where the program ends here; null to go on.</summary>
    public int? Run(string version)
    {
        var commandLine = program.CommandLine;
        if (commandLine.Logging.Check() is { } problem) return Refuse(ExitCode.Failure, $"LoggingConfiguration is invalid: {problem}");

        var gates = commandLine.Gates();
        if (!program.Start.ChecksGatesLast && RefuseGates(gates) is { } early) return early;
        if (commandLine.Standard.Version.Value)
        {
            output.WriteLine(StandardFlags.VersionLine(version));
            return ExitCode.Success;
        }
        if (program.Problem() is { } bad) return Refuse(bad.Code, bad.Reason);
        if (program.Start.ChecksGatesLast && RefuseGates(gates) is { } late) return late;
        foreach (var warning in commandLine.Standard.WithoutEffect().Concat(program.WithoutEffect(gates))) Log.WithoutEffect(_log, warning);
        return null;
    }

    private int? RefuseGates(FeatureGates gates)
    {
        foreach (var warning in gates.Warnings) Log.WithoutEffect(_log, warning);
        return gates.Error is { } error ? Refuse(program.Start.BadGates, error) : null;
    }

    private int Refuse(int code, string reason)
    {
        if (code is ExitCode.Fatal) Log.Fatal(_log, reason);
        else Log.Refused(_log, reason);
        return code;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The command line is invalid: {err}")]
        public static partial void Refused(ILogger logger, string err);

        [LoggerMessage(2, LogLevel.Critical, "The command line is invalid: {err}")]
        public static partial void Fatal(ILogger logger, string err);

        [LoggerMessage(3, LogLevel.Warning, "The command line names something without effect: {reason}")]
        public static partial void WithoutEffect(ILogger logger, string reason);
    }
}
