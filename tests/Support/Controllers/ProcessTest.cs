using Grpc.Core;

namespace Sidecars.Tests.Support.Controllers;

/// <summary>
/// A published program of controllers beside a driver, as a container runtime, an operator and a scraper see it: what all of them have in common, each
/// with its own name and lease. A program's own tests are added to these.
/// </summary>
/// <param name="program">Name of the program.</param>
/// <param name="lease">Name of its lease, for the scripted driver's name.</param>
/// <param name="driver">What the driver can do; null for what it does by itself.</param>
/// <param name="hasControllers">Whether the cluster binds claims and releases volumes by itself.</param>
public abstract class ProcessTest(string program, string lease, ScriptedDriverOptions? driver = null, bool hasControllers = false)
{
    /// <summary>The flags of an election.</summary>
    protected static readonly string[] Election = ["--leader-election", "--leader-election-namespace=default"];

    /// <summary>What stands in secrets, and nowhere else.</summary>
    protected const string Marker = "S3CR3T-that-nobody-may-print";

    private ProcessRig? _rig;

    protected ProcessRig Rig => _rig!;

    [SetUp]
    public async Task BeginProcess()
    {
        _rig = await ProcessRig.PrepareAsync(program, driver, hasControllers);
        Begin();
    }

    [TearDown]
    public async Task EndProcess()
    {
        if (TestContext.CurrentContext.Result.FailCount > 0) await TestContext.Out.WriteLineAsync(string.Join('\n', Rig.Output));
        await Rig.DisposeAsync();
    }

    [Test]
    public async Task The_runtimes_signal_ends_it_at_once_with_143()
    {
        var running = Rig.Start("-v=2");
        await ProcessRig.Populated(running);
        running.Terminate();
        Assert.That(await running.WaitForExit(), Is.EqualTo(143));
    }

    [Test]
    public async Task With_the_release_gate_the_signal_lets_the_work_finish_and_gives_the_lease_back()
    {
        var running = Rig.Start([.. Election, "--feature-gates=ReleaseLeaderElectionOnExit=true", "-v=2"]);
        await ProcessRig.Populated(running);
        running.Terminate();
        Assert.That(await running.WaitForExit(), Is.Zero);
        var given = Rig.Cluster.Storage.Get("leases", ClusterWorld.Namespace, lease).Value.ToJson();
        Assert.That(ClusterWorld.Text(given, "spec", "holderIdentity"), Is.Empty);
        Assert.That(given["spec"]!["leaseDurationSeconds"]!.GetValue<int>(), Is.EqualTo(1));
    }

    [Test]
    public async Task A_lost_driver_ends_it_with_1()
    {
        var running = Rig.Start("-v=2");
        await ProcessRig.Populated(running);
        await Rig.Driver.StopAsync();
        Assert.That(await running.WaitForExit(), Is.EqualTo(1));
        Assert.That(running.ErrorLines, Has.Some.Contains("Lost connection to CSI driver, exiting"));
    }

    [TestCase("GetPluginInfo")]
    [TestCase("GetPluginCapabilities")]
    [TestCase("ControllerGetCapabilities")]
    [TestCase("Probe")]
    public async Task A_driver_that_does_not_say_who_it_is_ends_the_start(string method)
    {
        Rig.Driver.Answer(method, DriverRule.Fail(StatusCode.Internal));
        var running = Rig.Start();
        Assert.That(await running.WaitForExit(), Is.EqualTo(CodeWithout(method)));
        Assert.That(string.Join('\n', running.ErrorLines), Does.Contain("code = Internal"));
    }

    /// <summary>The program's exit code where the driver does not answer a method at the start.</summary>
    protected virtual int CodeWithout(string method) => 1;

    /// <summary>Puts what every test needs beside the program.</summary>
    protected abstract void Begin();

    /// <summary>What stands at a path of the program's diagnostics.</summary>
    protected static async Task<string> Served(int port, string path)
    {
        using var http = new HttpClient();
        return await http.GetStringAsync(new Uri($"http://127.0.0.1:{port}{path}")).WithinLimit();
    }
}
