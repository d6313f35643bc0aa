using Microsoft.Extensions.Logging;

namespace Sidecars.Tests.Support;

/// <summary>Every category logs into one recording.</summary>
public sealed class RecordingLoggers(RecordingLogger recording) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => recording;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("the recording is the only provider");

    public void Dispose()
    {
    }
}
