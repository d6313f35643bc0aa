using System.Reflection;
using Sidecars.ClusterDriverRegistrar;
using Sidecars.Hosting;
using Sidecars.Hosting.Flags;

var flags = new RegistrarFlags();
if (flags.Parse(args).Report(Console.Error) is { } reported) return reported;

var version = Assembly.GetExecutingAssembly().GetName().Version!.ToString(3);
var host = new SidecarHostOptions { Logging = flags.Logging.ToOptions() };
if (flags.Logging.Check() is { } badLogging) return SidecarHost.Refuse(host, $"LoggingConfiguration is invalid: {badLogging}");
if (flags.Standard.Version.Value)
{
    Console.Out.WriteLine(StandardFlags.VersionLine(version));
    return ExitCode.Success;
}
if (flags.Problem() is { } problem) return SidecarHost.Refuse(host, problem);

return await NodeProcess.RunAsync(host, life => new Sidecar(flags, life, TimeProvider.System, version).RunAsync());
