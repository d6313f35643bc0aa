using System.Runtime.InteropServices;
using Sidecars.Hosting;
using Sidecars.Playground;
using Spectre.Console;

if (args is [ChildLauncher.Verb, .. var child]) return ChildLauncher.Run(child, Console.Error);

var isCheck = args is [PlaygroundFlags.CheckVerb, ..];
var (options, error) = PlaygroundFlags.Parse(isCheck ? args[1..] : args);
if (options is null)
{
    if (error.Length is 0)
    {
        Console.Out.Write(PlaygroundFlags.Usage);
        return ExitCode.Success;
    }

    Console.Error.WriteLine($"{error}{Environment.NewLine}eng/playground.sh --help lists the arguments.");
    return ExitCode.Usage;
}

if (GivenFiles.Problem(options) is { } problem)
{
    Console.Error.WriteLine(problem);
    return ExitCode.Failure;
}

if (isCheck) return ExitCode.Success;
using var stopping = new CancellationTokenSource();
using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var onHangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
(var complete, error) = await ChartRelease.Into(options, stopping.Token);
if (complete is null)
{
    Console.Error.WriteLine(error);
    return ExitCode.Failure;
}

var run = new PlaygroundRun(complete, Console.Out, Console.Error, isTerminal: !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Ansi, TimeProvider.System);
return await run.Run(stopping.Token);

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stopping.Cancel();
}
