using Sidecars.Tests.Support;

namespace Sidecars.EmbeddedCluster.Tests.Controllers;

/// <summary>The kubelet's plugin watcher and the published registrar: each is the other's counterpart (registrar contract 4.3).</summary>
internal sealed class PluginWatcherTests : ControllerTest
{
    private ScriptedDriver _driver = null!;

    private protected override bool HasNode => true;

    private string Registry => Path.Combine(DirectoryOfKubelet, "plugins_registry");

    [SetUp]
    public async Task StartDriver()
    {
        _driver = await ScriptedDriver.StartNewAsync().WithinLimit();
        _driver.Answer("NodeGetInfo", DriverRule.Answer("""{"node_id":"id-of-node-1"}"""));
    }

    [TearDown]
    public async Task StopDriver() => await _driver.DisposeAsync().WithinLimit();

    [Test]
    public async Task A_socket_that_appears_registers_its_driver_and_one_that_goes_takes_it_away()
    {
        await using var registrar = Registrar();
        await UntilDrivers("csi.example.com");
        await registrar.WaitForErrorLine(l => l.Contains("has registered the driver", StringComparison.Ordinal));
        registrar.Terminate();
        Assert.That(await registrar.WaitForExit(), Is.Zero);
        await UntilDrivers();
    }

    [Test]
    public async Task A_socket_that_is_made_anew_registers_its_driver_again()
    {
        await using (var killed = Registrar())
        {
            await killed.WaitForErrorLine(l => l.Contains("has registered the driver", StringComparison.Ordinal));
            killed.Kill();
            await killed.WaitForExit();
        }
        await using var second = Registrar();
        await second.WaitForErrorLine(l => l.Contains("has registered the driver", StringComparison.Ordinal));
        await UntilDrivers("csi.example.com");
    }

    [Test]
    public async Task A_driver_that_cannot_be_registered_is_told_to_its_registrar_which_ends_and_says_why()
    {
        _driver.Answer("NodeGetInfo", DriverRule.Fail(Grpc.Core.StatusCode.Internal, "which node is this?"));
        await using var registrar = Registrar();
        Assert.That(await registrar.WaitForExit(), Is.EqualTo(1));
        Assert.That(registrar.ErrorLines, Has.Some.Contains("RegisterPlugin error").And.Contains("which node is this?"));
        Assert.That(Drivers(Storage.Get("csinodes", null, NodeName).Value), Is.Empty);
    }

    [Test]
    public async Task A_path_of_the_driver_that_the_kubelet_does_not_see_is_refused()
    {
        await using var registrar = Registrar("--kubelet-registration-path=/var/lib/kubelet/plugins/elsewhere/csi.sock");
        Assert.That(await registrar.WaitForExit(), Is.EqualTo(1));
        Assert.That(registrar.ErrorLines, Has.Some.Contains("no socket is at /var/lib/kubelet/plugins/elsewhere/csi.sock"));
    }

    [Test]
    public async Task A_driver_that_calls_itself_otherwise_is_registered_under_the_name_its_registrar_told()
    {
        await using var other = await ScriptedDriver.StartNewAsync(new ScriptedDriverOptions { Name = "other.example.com" }).WithinLimit();
        other.Answer("NodeGetInfo", DriverRule.Answer("""{"node_id":"id-of-the-other"}"""));
        await using var registrar = Registrar($"--kubelet-registration-path={other.SocketPath}");
        await UntilDrivers("csi.example.com");
        Assert.That(Storage.Get("csinodes", null, NodeName).Value.ToJson()["spec"]!["drivers"]![0]!["nodeID"]!.GetValue<string>(), Is.EqualTo("id-of-the-other"));
    }

    [Test]
    public async Task A_socket_that_is_moved_into_the_directory_registers_its_driver_and_one_moved_away_takes_it_with_it()
    {
        await using var registrar = PublishedProgram.Start("csi-node-driver-registrar",
            [$"--csi-address={_driver.SocketPath}", $"--kubelet-registration-path={_driver.SocketPath}", $"--plugin-registration-path={DirectoryOfKubelet}", "-v=4"]);
        await registrar.WaitForErrorLine(l => l.Contains("Waiting for the kubelet on the registration socket", StringComparison.Ordinal));
        var (made, moved) = (Path.Combine(DirectoryOfKubelet, "csi.example.com-reg.sock"), Path.Combine(Registry, "csi.example.com-reg.sock"));
        File.Move(made, moved);
        await UntilDrivers("csi.example.com");
        File.Move(moved, Path.Combine(Registry, ".hidden"));
        await UntilDrivers();
    }

    private PublishedProgram Registrar(params string[] more) => PublishedProgram.Start(
        "csi-node-driver-registrar",
        [$"--csi-address={_driver.SocketPath}", $"--kubelet-registration-path={_driver.SocketPath}", $"--plugin-registration-path={Registry}", "-v=4", .. more]);

    private async Task UntilDrivers(params string[] names) =>
        await Until("csinodes", NodeName, node => node.Array("spec", "drivers").Objects().Select(d => d.Text("name")).SequenceEqual(names));

    private static IEnumerable<string?> Drivers(StoredObject node) => node.ToJson().Array("spec", "drivers").Objects().Select(d => d.Text("name"));
}
