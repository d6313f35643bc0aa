using System.Runtime.InteropServices;
using Sidecars.Hosting;
using Sidecars.Playground;

if (args is [ChildLauncher.Verb, .. var child]) return ChildLauncher.Run(child, Console.Error);

var (options, error) = PlaygroundFlags.Parse(args);
if (options is null)
{
    Console.Error.WriteLine(error.Length > 0 ? $"{error}{Environment.NewLine}{PlaygroundFlags.Usage}" : PlaygroundFlags.Usage);
    return error.Length > 0 ? ExitCode.Usage : ExitCode.Success;
}

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

var run = new PlaygroundRun(complete, Console.Out, Console.Error, isTerminal: !Console.IsOutputRedirected, TimeProvider.System);
return await run.Run(stopping.Token);

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stopping.Cancel();
}
