using System.Runtime.InteropServices;
using Sidecars.Hosting;
using Sidecars.HostPathDriver;

var flags = new DriverFlags();
if (flags.Parse(args).Report(Console.Error) is { } exitCode) return exitCode;

var (options, error) = flags.ToOptions(Environment.GetEnvironmentVariable);
if (options is null)
{
    Console.Error.WriteLine($"hostpath-driver: {error}");
    return ExitCode.Usage;
}

using var stopping = new CancellationTokenSource();
using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
try
{
    await using var server = await DriverServer.Start(options, TimeProvider.System, DriverLog.To(flags.Verbosity), stopping.Token);
    var signalled = new TaskCompletionSource();
    await using var registration = stopping.Token.Register(signalled.SetResult);
    await signalled.Task;
    return ExitCode.Success;
}
catch (OperationCanceledException) when (stopping.IsCancellationRequested)
{
    return ExitCode.Success;
}
catch (Exception failure) when (failure is InvalidDataException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"hostpath-driver: {failure.Message}");
    return ExitCode.Failure;
}

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stopping.Cancel();
}
