using Microsoft.Extensions.Logging;
using Sidecars.Tests.Support;

namespace Sidecars.ClusterDriverRegistrar.Tests;

/// <summary>Every category logs into one recording.</summary>
internal sealed class RecordingLoggers(RecordingLogger recording) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => recording;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("the recording is the only provider");

    public void Dispose()
    {
    }
}
