using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Sidecars.Hosting.Logging;

namespace Sidecars.Hosting.Tests.Logging;

/// <summary>A logger at a fixed time whose lines are kept, and the number of writes it took.</summary>
internal sealed class LogCapture : IDisposable
{
    private readonly CountingStream _output = new();
    private readonly ILoggerFactory _factory;

    public LogCapture(KlogOptions? options = null, string category = "Sidecars.Attacher.VolumeReconciler")
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).AddTicks(1_234_567));
        _factory = SidecarHost.CreateLoggers(new SidecarHostOptions
        {
            Logging = options ?? KlogOptions.Default,
            Time = time,
            LogOutput = _output,
        });
        Logger = _factory.CreateLogger(category);
    }

    public ILogger Logger { get; }

    public int Writes => _output.Writes;

    public string Text => Encoding.UTF8.GetString(_output.ToArray());

    /// <summary>The header every text line of this capture begins with.</summary>
    public static string Header(char letter) => $"{letter}0102 03:04:05.123456 {Environment.ProcessId,7} VolumeReconciler] ";

    public void Dispose()
    {
        _factory.Dispose();
        _output.Dispose();
    }

    private sealed class CountingStream : MemoryStream
    {
        public int Writes { get; private set; }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Writes++;
            base.Write(buffer);
        }
    }
}
