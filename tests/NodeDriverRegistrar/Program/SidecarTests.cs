using System.Net.Sockets;
using Sidecars.Hosting;
using Sidecars.Hosting.Flags;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Http2;

namespace Sidecars.NodeDriverRegistrar.Tests.Program;

/// <summary>The life of the program inside the test's process: for ends that no client can bring about from outside.</summary>
internal sealed class SidecarTests
{
    private readonly TemporaryDirectory _directory = new();
    private readonly RecordingLogger _log = new();
    private readonly RegistrarFlags _flags = new();
    private ScriptedDriver _driver = null!;
    private ProcessLife _life = null!;

    private string Path => _directory.File("csi.example.com-reg.sock");

    [SetUp]
    public async Task Begin()
    {
        _life = new ProcessLife(new RecordingLoggers(_log), "");
        _driver = await ScriptedDriver.StartNewAsync();
    }

    [TearDown]
    public async Task End()
    {
        await _driver.DisposeAsync();
        _life.Dispose();
        _directory.Dispose();
    }

    [Test]
    public async Task A_registration_socket_that_takes_nobody_any_more_ends_it_with_1_and_the_file_stays()
    {
        var running = await Run();
        using (BrokenListener.OfPath(Path))
        using (await RawPeer.ConnectAsync(Path)) Assert.That(await running.WithinLimit(), Is.EqualTo(1));
        Assert.That(File.Exists(Path));
    }

    [Test]
    public async Task A_health_server_that_takes_nobody_any_more_ends_it_with_1_and_the_file_stays()
    {
        var port = FreePort.Next();
        var running = await Run($"--http-endpoint=127.0.0.1:{port}");
        using (BrokenListener.OfPort(port))
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(System.Net.IPAddress.Loopback, port).WithinLimit();
            Assert.That(await running.WithinLimit(), Is.EqualTo(1));
        }
        Assert.That(File.Exists(Path));
    }

    /// <summary>Starts it, and waits until the kubelet could register the driver.</summary>
    private async Task<Task<int>> Run(params string[] more)
    {
        string[] arguments = [$"--csi-address={_driver.SocketPath}", "--kubelet-registration-path=/e", $"--plugin-registration-path={_directory.Path}", .. more];
        Assert.That(_flags.Parse(arguments), Is.InstanceOf<FlagParse.Parsed>());
        var running = new Sidecar(_flags, _life, TimeProvider.System, "0.0.0").RunAsync();
        await _log.WaitForLine(line => line.StartsWith("Waiting for the kubelet", StringComparison.Ordinal));
        using var kubelet = await Kubelet.ConnectAsync(Path);
        await kubelet.GetInfo();
        return running;
    }
}
