using Microsoft.Extensions.Logging;
using Sidecars.Hosting.Logging;

namespace Sidecars.HostPathDriver;

/// <summary>The log of the driver: klog lines on standard error, as all programs of the project write them.</summary>
internal static class DriverLog
{
    // From here on every call is logged; below, only what went wrong.
    private const int CallsFrom = 2;

    public static Action<ILoggingBuilder> To(int verbosity) => logging =>
    {
        logging.SetMinimumLevel(LogLevel.Trace);
        logging.AddProvider(new KlogLoggerProvider(KlogOptions.Default with { Verbosity = verbosity }, TimeProvider.System));
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("Grpc", LogLevel.Warning);
        if (verbosity < CallsFrom) logging.AddFilter(typeof(Rpc.CallLog).FullName, LogLevel.Error);
    };
}
