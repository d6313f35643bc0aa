using System.Net;
using System.Net.Sockets;
using Sidecars.Hosting;
using Sidecars.Tests.Support;

namespace Sidecars.LivenessProbe.Tests.Program;

/// <summary>The life of the program inside the test's process: for ends that no client can bring about from outside.</summary>
internal sealed class SidecarTests
{
    [TestCase("--http-endpoint")]
    [TestCase("--metrics-address")]
    public async Task A_listener_that_takes_nobody_any_more_ends_it_with_1(string flag)
    {
        await using var driver = await ScriptedDriver.StartNewAsync();
        var log = new RecordingLogger();
        using var life = new ProcessLife(new RecordingLoggers(log), "");
        var flags = new ProbeFlags();
        var port = FreePort.Next();
        flags.Parse([$"--csi-address={driver.SocketPath}", $"{flag}=127.0.0.1:{port}", .. flag is "--http-endpoint" ? [] : (string[])[$"--health-port={FreePort.Next()}"]]);
        var running = new Sidecar(flags, life, TimeProvider.System, "0.0.0").RunAsync();
        await log.WaitForLine(line => line.StartsWith("Listening for HTTP", StringComparison.Ordinal) && line.Contains($":{port}", StringComparison.Ordinal));
        using (BrokenListener.OfPort(port))
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(IPAddress.Loopback, port).WithinLimit();
            Assert.That(await running.WithinLimit(), Is.EqualTo(1));
        }
    }
}
