namespace Sidecars.Hosting;

/// <summary>The exit codes of all programs (common contract 7). Container runtimes, dashboards and restarts depend on them.</summary>
public static class ExitCode
{
    /// <summary>Done: <c>--version</c>, <c>--help</c>, or a clean stop after a drain.</summary>
    public const int Success = 0;

    /// <summary>Bad configuration, driver not reachable, connection or lease lost, second signal.</summary>
    public const int Failure = 1;

    /// <summary>The command line could not be parsed.</summary>
    public const int Usage = 2;

    /// <summary>An exception nobody handled; the code a panic of the originals gives.</summary>
    public const int Crash = 2;

    /// <summary>A fatal log line; each program's contract says where.</summary>
    public const int Fatal = 255;

    /// <summary>Ended by SIGINT: 128 plus the signal's number, what a container runtime shows for death by signal.</summary>
    public const int Interrupted = 130;

    /// <summary>Ended by SIGTERM.</summary>
    public const int Terminated = 143;
}
