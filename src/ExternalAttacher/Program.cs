using System.Reflection;
using Sidecars.ExternalAttacher;
using Sidecars.Hosting;
using Sidecars.Hosting.Flags;

// The order of these checks is the contract's (attacher contract 4.1).
var flags = new AttacherFlags();
if (flags.Parse(args).Report(Console.Error) is { } reported) return reported;

var version = Assembly.GetExecutingAssembly().GetName().Version!.ToString(3);
var host = new SidecarHostOptions { Logging = flags.Logging.ToOptions() };
using (var loggers = SidecarHost.CreateLoggers(host))
{
    var start = new StartChecks(flags, loggers);
    if (start.Logging() is { } badLogging) return badLogging;
    if (start.Gates() is { } badGates) return badGates;
    if (flags.Standard.Version.Value)
    {
        Console.Out.WriteLine(StandardFlags.VersionLine(version));
        return ExitCode.Success;
    }
    if (start.Flags() is { } badFlags) return badFlags;
}
return await SidecarHost.RunAsync(host, life => new Sidecar(flags, life, TimeProvider.System, version).RunAsync());
