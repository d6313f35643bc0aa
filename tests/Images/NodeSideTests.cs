using System.Net;
using Sidecars.Tests.Support;

namespace Sidecars.Images.Tests;

/// <summary>The programs of the node side do their work in images that have no OpenSSL.</summary>
internal sealed class NodeSideTests
{
    private readonly TemporaryDirectory _directory = new();

    [TearDown]
    public void End() => _directory.Dispose();

    [Test]
    public async Task The_liveness_probe_asks_the_driver()
    {
        var csi = Directory.CreateDirectory(_directory.File("csi")).FullName;
        await using var driver = await OpenDriver.Start(csi);
        using var image = await UnpackedImage.Of("livenessprobe");
        var port = FreePort.Next();
        await using var container = image.Start(["--csi-address=/csi/csi.sock", $"--http-endpoint=127.0.0.1:{port}"], new UnpackedImage.Mount(csi, "/csi"));
        await container.Run.WaitForErrorLine(l => l.Contains("Listening for HTTP", StringComparison.Ordinal));
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = TestTimeouts.Limit };
        foreach (var (path, says) in ((string, string)[])[("healthz", "ok"), ("metrics", "process_start_time_seconds")])
        {
            using var response = await http.GetAsync(new Uri($"http://127.0.0.1:{port}/{path}")).WithinLimit();
            Assert.That((response.StatusCode, await response.Content.ReadAsStringAsync().WithinLimit()), Is.EqualTo((HttpStatusCode.OK, says)).Using<(HttpStatusCode, string)>((is_, should) =>
                is_.Item1 == should.Item1 && is_.Item2.Contains(should.Item2, StringComparison.Ordinal)), path);
        }
    }

    [Test]
    public async Task The_registrar_waits_for_the_kubelet()
    {
        var csi = Directory.CreateDirectory(_directory.File("csi")).FullName;
        var plugins = Directory.CreateDirectory(_directory.File("registration")).FullName;
        await using var driver = await OpenDriver.Start(csi);
        File.SetUnixFileMode(plugins, File.GetUnixFileMode(csi));
        using var image = await UnpackedImage.Of("csi-node-driver-registrar");
        await using var container = image.Start(
            ["--csi-address=/csi/csi.sock", "--kubelet-registration-path=/var/lib/kubelet/plugins/d/csi.sock"], new UnpackedImage.Mount(csi, "/csi"), new UnpackedImage.Mount(plugins, "/registration"));
        await container.Run.WaitForErrorLine(l => l.Contains("Waiting for the kubelet", StringComparison.Ordinal));
        Assert.That(Path.Combine(plugins, ScriptedDriverOptions.DefaultName + "-reg.sock"), Does.Exist);
    }
}
