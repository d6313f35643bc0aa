using Sidecars.Hosting;

namespace Sidecars.ControllerManager;

/// <summary>
/// Runs a program of controllers from its arguments to its exit code: flags, checks, and then <see cref="ControllerRun"/> in the
/// frame of signals and exit codes. All there is in a program's <c>Main</c>.
/// </summary>
public static class ControllerProcess
{
    /// <summary>The exit code for Main.</summary>
    public static async Task<int> RunAsync(ControllerProgram program, string[] arguments)
    {
        var commandLine = program.CommandLine;
        if (commandLine.Parse(arguments).Report(Console.Error) is { } reported) return reported;

        var version = typeof(ControllerProcess).Assembly.GetName().Version!.ToString(3);
        var host = new SidecarHostOptions { Logging = commandLine.Logging.ToOptions() };
        using (var loggers = SidecarHost.CreateLoggers(host))
        {
            if (new StartChecks(program, Console.Out, loggers).Run(version) is { } ended) return ended;
        }
        return await SidecarHost.RunAsync(host, life => new ControllerRun(program, life, TimeProvider.System, version).RunAsync());
    }
}
