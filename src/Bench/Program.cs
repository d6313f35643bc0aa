using System.Runtime.InteropServices;
using Sidecars.Bench;
using Sidecars.Hosting;

var (options, error) = BenchFlags.Parse(args);
if (options is null)
{
    Console.Error.WriteLine(error.Length > 0 ? $"{error}{Environment.NewLine}{BenchFlags.Usage}" : BenchFlags.Usage);
    return error.Length > 0 ? ExitCode.Usage : ExitCode.Success;
}

using var stopping = new CancellationTokenSource();
using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var onHangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
return await new BenchRun(options, Console.Out, Console.Error, TimeProvider.System).Run(stopping.Token);

// What was made is removed before the end.
void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stopping.Cancel();
}
