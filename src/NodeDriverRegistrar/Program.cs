using System.Reflection;
using Sidecars.Hosting;
using Sidecars.Hosting.Flags;
using Sidecars.NodeDriverRegistrar;

// The order of these checks is the contract's (registrar contract 3).
var flags = new RegistrarFlags();
if (flags.Parse(args).Report(Console.Error) is { } reported) return reported;

var host = new SidecarHostOptions { Logging = flags.Logging.ToOptions() };
if (flags.Logging.Check() is { } logging) return SidecarHost.Refuse(host, $"LoggingConfiguration is invalid: {logging}");

var version = Assembly.GetExecutingAssembly().GetName().Version!.ToString(3);
if (flags.Version.Value)
{
    Console.Out.WriteLine(StandardFlags.VersionLine(version));
    return ExitCode.Success;
}
if (flags.MissingPath() is { } missing) return SidecarHost.Refuse(host, missing);
if (flags.IsProbe) return ExitCode.Success;
if (flags.Problem() is { } problem) return SidecarHost.Refuse(host, problem);

return await NodeProcess.RunAsync(host, life => new Sidecar(flags, life, TimeProvider.System, version).RunAsync());
