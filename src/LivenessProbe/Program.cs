using System.Reflection;
using Sidecars.Hosting;
using Sidecars.LivenessProbe;

var flags = new ProbeFlags();
if (flags.Parse(args).Report(Console.Error) is { } reported) return reported;

var host = new SidecarHostOptions { Logging = flags.Logging.ToOptions() };
if (flags.Problem() is { } problem) return SidecarHost.Refuse(host, problem);

var version = Assembly.GetExecutingAssembly().GetName().Version!.ToString(3);
return await NodeProcess.RunAsync(host, life => new Sidecar(flags, life, TimeProvider.System, version).RunAsync());
