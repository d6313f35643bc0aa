using Microsoft.Extensions.Logging;

namespace Sidecars.Hosting.Logging;

/// <summary>
/// The one table between klog's numbers and .NET's levels: <c>V(0)..V(2)</c> are Information, <c>V(3)</c> and <c>V(4)</c> Debug,
/// everything above Trace. Warnings and errors are printed at every verbosity.
/// </summary>
internal static class KlogLevel
{
    private const int DebugFrom = 3;
    private const int TraceFrom = 5;

    public static LogLevel Lowest(int verbosity) => verbosity switch
    {
        >= TraceFrom => LogLevel.Trace,
        >= DebugFrom => LogLevel.Debug,
        _ => LogLevel.Information,
    };

    public static byte Letter(LogLevel level) => level switch
    {
        LogLevel.Warning => (byte)'W',
        LogLevel.Error => (byte)'E',
        LogLevel.Critical => (byte)'F',
        _ => (byte)'I',
    };

    /// <summary>The <c>v</c> of a JSON info line; null for warnings and errors, which have none.</summary>
    public static int? Verbosity(LogLevel level) => level switch
    {
        LogLevel.Trace => TraceFrom,
        LogLevel.Debug => DebugFrom,
        LogLevel.Information => 0,
        _ => null,
    };
}
