using Sidecars.ExternalAttacher;
using Sidecars.ExternalProvisioner;
using Sidecars.Hosting.Flags;
using Sidecars.Kubernetes.Control;
using Sidecars.Kubernetes.Http;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.ControllerManager.Tests;

/// <summary>What a process of several sidecars, or of one without a driver, does from its flags to its end.</summary>
internal sealed class ControllerRunTests
{
    private StartRig _rig = null!;

    [SetUp]
    public async Task Begin() => _rig = await StartRig.PrepareAsync();

    [TearDown]
    public async Task End()
    {
        if (TestContext.CurrentContext.Result.FailCount > 0) await TestContext.Out.WriteLineAsync(string.Join('\n', _rig.Log.All));
        await _rig.DisposeAsync();
    }

    [Test]
    public async Task Two_sidecars_are_met_by_the_driver_once_and_work_once_both_leases_are_held()
    {
        var running = _rig.Run(Program(ProvisionerProgram.Describe(), AttacherProgram.Sidecar(new AttacherOptions())), "--leader-election", "--leader-election-namespace=default");
        foreach (var resource in (string[])["persistentvolumes", "volumeattachments", "csinodes", "storageclasses", "persistentvolumeclaims"])
            await _rig.Log.WaitFor($"\"{resource}\"");
        var world = new ClusterWorld(_rig.Cluster.Storage);
        foreach (var lease in (string[])["csi-example-com", "external-attacher-leader-csi-example-com"])
            Assert.That(ClusterWorld.Text(world.Find("leases", lease), "spec", "holderIdentity"), Is.Not.Empty);
        Assert.That(_rig.Driver.Calls.All.Select(c => c.Method), Is.EquivalentTo((string[])["Probe", "GetPluginInfo", "GetPluginCapabilities", "ControllerGetCapabilities"]));
        await _rig.Over(running);
    }

    [Test]
    public async Task While_another_holds_one_of_the_leases_nothing_is_watched()
    {
        var world = new ClusterWorld(_rig.Cluster.Storage);
        world.Create("leases", System.Text.Json.Nodes.JsonNode.Parse("""
            {"metadata":{"name":"external-attacher-leader-csi-example-com","namespace":"default"},
             "spec":{"holderIdentity":"original","leaseDurationSeconds":15,"renewTime":"2026-01-01T00:00:00.000000Z","acquireTime":"2026-01-01T00:00:00.000000Z","leaseTransitions":0}}
            """)!.AsObject());
        var running = _rig.Run(Program(ProvisionerProgram.Describe(), AttacherProgram.Sidecar(new AttacherOptions())), "--leader-election", "--leader-election-namespace=default");
        await world.Until("leases", "csi-example-com", l => ClusterWorld.Text(l, "spec", "holderIdentity").Length > 0);
        var read = new Sidecars.EmbeddedCluster.RequestMatch { Verb = "get", Resource = "leases", Name = "external-attacher-leader-csi-example-com" };
        await _rig.Cluster.Requests.WaitFor(read, 1).WithinLimit();
        Assert.That(_rig.Cluster.Requests.Entries.Where(r => r.Request.Verb is "watch"), Is.Empty);
        await _rig.Over(running);
    }

    [Test]
    public async Task A_sidecar_without_a_driver_runs_without_asking_for_one()
    {
        await _rig.Driver.StopAsync();
        var commandLine = new CommandLine("snapshot-controller", FlagDialect.GoFlag, ProgramKind.SnapshotController, [], []);
        var started = new TaskCompletionSource();
        var sidecar = new Sidecar
        {
            Name = "snapshot-controller",
            LeaseOf = _ => "snapshot-controller-leader",
            EventComponentOf = _ => "snapshot-controller",
            Compose = context =>
            {
                context.Stores.Of(Resources.StorageClasses, (read, kept) => kept.Provisioner = read.Provisioner);
                Assert.Throws<InvalidOperationException>(() => _ = context.Driver);
                return new Probe(started);
            },
        };
        var program = new ControllerProgram
        {
            CommandLine = commandLine, Problem = () => null, Cluster = () => (commandLine.Standard.Kubeconfig.Value, ""), Sidecars = _ => [sidecar],
        };
        var running = _rig.RunWithoutDriver(program);
        await started.Task.WithinLimit();
        await _rig.Over(running);
    }

    private static ControllerProgram Program(ControllerProgram first, Sidecar second) => first with { Sidecars = gates => [.. first.Sidecars(gates), second] };

    private sealed class Probe(TaskCompletionSource started) : IControllers
    {
        public void Start(RunningTasks running) => started.SetResult();

        public void Dispose()
        {
        }
    }
}
