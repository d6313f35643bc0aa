using Sidecars.EmbeddedCluster;
using Sidecars.ExternalAttacher;
using Sidecars.ExternalProvisioner;
using Sidecars.Hosting.Flags;
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
        var read = new RequestMatch { Verb = "get", Resource = "leases", Name = "external-attacher-leader-csi-example-com" };
        await _rig.Cluster.Requests.WaitFor(read, 1).WithinLimit();
        Assert.That(_rig.Cluster.Requests.Entries.Where(r => r.Request.Verb is "watch"), Is.Empty);
        await _rig.Over(running);
    }

    [Test]
    public async Task A_sidecar_without_a_driver_runs_without_asking_for_one()
    {
        await _rig.Driver.StopAsync();
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
                return new Probe(started.SetResult);
            },
        };
        var running = _rig.RunWithoutDriver(WithoutDriver(sidecar));
        await started.Task.WithinLimit();
        await _rig.Over(running);
    }

    [Test]
    public async Task A_client_of_its_own_has_a_rate_of_its_own()
    {
        var composed = new TaskCompletionSource<SidecarContext>();
        var running = _rig.RunWithoutDriver(WithoutDriver(c => composed.SetResult(c)));
        var context = await composed.Task.WithinLimit();
        using var client = context.NewClient(new RequestRate(1, 2));
        var classes = Enumerable.Range(0, 3).Select(_ => client.GetAsync(Resources.StorageClasses, new Kubernetes.Objects.ObjectKey(null, "none"), default)).ToList();
        await Task.WhenAll(classes[0], classes[1], context.Api.GetAsync(Resources.StorageClasses, new Kubernetes.Objects.ObjectKey(null, "none"), default)).WithinLimit();
        Assert.That(classes[2].IsCompleted, Is.False);
        _rig.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.That((await classes[2].WithinLimit()).Failure!.IsNotFound);
        await _rig.Over(running);
    }

    [Test]
    public async Task A_sidecar_that_finds_out_that_it_cannot_work_ends_the_process_before_it_asks_for_a_lease()
    {
        ConnectedDriver? met = null;
        var program = Program(ProvisionerProgram.Describe(), AttacherProgram.Sidecar(new AttacherOptions()) with
        {
            Check = async (context, stop) =>
            {
                met = context.Driver;
                using var api = context.NewClient(new RequestRate(1, 1));
                var read = await api.GetAsync(Resources.StorageClasses, new Kubernetes.Objects.ObjectKey(null, "none"), stop);
                return new StartProblem($"cannot read the class: {read.Failure}", 7);
            },
        });
        Assert.That(await _rig.Run(program, "--leader-election", "--leader-election-namespace=default").WithinLimit(), Is.EqualTo(7));
        Assert.That(_rig.Log.All, Has.Some.Contains("cannot read the class: storageclasses.storage.k8s.io \\\"none\\\" not found"));
        Assert.That(met!.Name, Is.EqualTo("csi.example.com"));
        Assert.That(_rig.Cluster.Requests.Entries.Select(r => r.Request.Resource), Is.EqualTo((string[])["storageclasses"]));
    }

    [Test]
    public async Task What_a_sidecar_found_out_is_there_when_it_is_composed()
    {
        var (found, composed) = (0, new TaskCompletionSource<int>());
        var running = _rig.RunWithoutDriver(WithoutDriver(new Sidecar
        {
            Name = "sidecar", LeaseOf = _ => "sidecar-leader", EventComponentOf = _ => "sidecar",
            Check = (context, _) =>
            {
                found = context.Driver is null ? 1 : 2;
                return Task.FromResult<StartProblem?>(null);
            },
            Compose = _ =>
            {
                composed.SetResult(found);
                return new Probe(() => { });
            },
        }));
        Assert.That(await composed.Task.WithinLimit(), Is.EqualTo(1));
        await _rig.Over(running);
    }

    [Test]
    public async Task Diagnostics_are_served_before_the_driver_is_ready_where_the_originals_are()
    {
        var port = FreePort.Next();
        using var gate = _rig.Driver.Hold("Probe");
        var running = _rig.Run(ServingBeforeReady(), $"--http-endpoint=127.0.0.1:{port}", "--timeout=30s");
        await gate.Entered.WithinLimit();
        using var http = new HttpClient();
        Assert.That(await http.GetStringAsync(new Uri($"http://127.0.0.1:{port}/metrics")).WithinLimit(), Does.Contain("GetPluginInfo"));
        Assert.That(_rig.Driver.Calls.All.Select(c => c.Method), Is.EqualTo((string[])["GetPluginInfo", "Probe"]));
        gate.Release();
        await _rig.Log.WaitFor("\"persistentvolumes\"");
        await _rig.Over(running);
    }

    [Test]
    public async Task A_driver_that_fails_to_say_whether_it_is_ready_ends_the_process_whoever_was_told_of_it_before()
    {
        _rig.Driver.Answer("Probe", DriverRule.Fail(Grpc.Core.StatusCode.Internal, "not today"));
        Assert.That(await _rig.Run(ServingBeforeReady(), "--timeout=30s").WithinLimit(), Is.EqualTo(1));
        Assert.That(_rig.Log.All, Has.Some.Contains("not today"));
    }

    private static ControllerProgram WithoutDriver(Action<SidecarContext> composed) => WithoutDriver(new Sidecar
    {
        Name = "sidecar", LeaseOf = _ => "sidecar-leader", EventComponentOf = _ => "sidecar",
        Compose = context =>
        {
            composed(context);
            return new Probe(() => { });
        },
    });

    [TestCase("--leader-election=false")]
    [TestCase("--leader-election", "--leader-election-namespace=default")]
    public async Task What_follows_the_filling_of_the_stores_is_called_once_when_all_are_full_and_before_any_sidecar_starts(params string[] election)
    {
        var sidecars = new RecordedSidecars();
        _rig.Filled = sidecars.Filled;
        using var last = _rig.Cluster.Faults.Add(new RequestMatch { Resource = "csinodes" }, new FaultAction.Hold());
        var running = _rig.RunWithoutDriver(WithoutDriver(sidecars.Both), election);
        await last.Reached.WithinLimit();
        await _rig.Log.WaitFor("\"storageclasses\"");
        Assert.That(sidecars.Order, Is.Empty);

        last.Release();
        await sidecars.Started();
        await _rig.Over(running);
        Assert.That(sidecars.Order, Is.EqualTo(RecordedSidecars.OneTerm));
    }

    [Test]
    public async Task What_the_filling_of_the_stores_took_is_given_back_before_any_sidecar_starts()
    {
        var (before, after) = (0L, 0L);
        var started = new TaskCompletionSource();
        var sidecar = RecordedSidecars.Reading(Resources.StorageClasses, "only", () => before = Collections(), () =>
        {
            after = Collections();
            started.SetResult();
        });
        var running = _rig.RunWithoutDriver(WithoutDriver(sidecar));
        await started.Task.WithinLimit();
        await _rig.Over(running);
        Assert.That(after, Is.GreaterThan(before));

        static long Collections() => GC.GetGCMemoryInfo(GCKind.FullBlocking).Index;
    }

    private static ControllerProgram WithoutDriver(params Sidecar[] sidecars)
    {
        var commandLine = new CommandLine("snapshot-controller", FlagDialect.GoFlag, ProgramKind.SnapshotController, [], []);
        return new ControllerProgram
        {
            CommandLine = commandLine, Problem = () => null, Cluster = () => (commandLine.Standard.Kubeconfig.Value, ""), Sidecars = _ => sidecars,
        };
    }

    private static ControllerProgram ServingBeforeReady()
    {
        var program = ProvisionerProgram.Describe();
        return program with { Start = program.Start with { ServesBeforeReady = true, ServesBeforeCapabilities = true } };
    }

    private static ControllerProgram Program(ControllerProgram first, Sidecar second) => first with { Sidecars = gates => [.. first.Sidecars(gates), second] };
}
