using Microsoft.Extensions.Logging;

namespace Sidecars.Hosting.Tests.Logging;

/// <summary>Messages as the programs declare them.</summary>
internal static partial class Lines
{
    [LoggerMessage(LogLevel.Information, "Attached volume: {PV} {node}")]
    public static partial void Attached(ILogger logger, string PV, string node);

    [LoggerMessage(LogLevel.Information, "Provisioned volume {PV} for claim {PVC}")]
    public static partial void Provisioned(ILogger logger, string PV, string PVC);

    [LoggerMessage(LogLevel.Information, "Nothing to add.")]
    public static partial void Bare(ILogger logger);

    [LoggerMessage(LogLevel.Information, "Value: {value}")]
    public static partial void Value(ILogger logger, object? value);

    [LoggerMessage(LogLevel.Information, "Count: {count} {elapsed}")]
    public static partial void Count(ILogger logger, int count, TimeSpan elapsed);

    [LoggerMessage(LogLevel.Error, "Could not attach: {PV}")]
    public static partial void Failed(ILogger logger, Exception err, string PV);

    [LoggerMessage(LogLevel.Critical, "Gone")]
    public static partial void Gone(ILogger logger, Exception err);

    [LoggerMessage("At level")]
    public static partial void AtLevel(ILogger logger, LogLevel level);

    [LoggerMessage(LogLevel.Information, "Nine: {a} {b} {c} {d} {e} {f} {g} {h} {i}")]
    public static partial void Nine(ILogger logger, int a, int b, int c, int d, int e, int f, int g, int h, int i);
}
