using Sidecars.EmbeddedCluster;
using Sidecars.Hosting;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.Documentation.Tests.Metrics;

/// <summary>What a program shows at its metrics path once it works, run in this process.</summary>
internal static class RunningPrograms
{
    /// <summary>The programs that have metrics, by name. csi-node-driver-registrar has none, as its original.</summary>
    public static IReadOnlyDictionary<string, Func<Task<string>>> All { get; } = new SortedDictionary<string, Func<Task<string>>>(StringComparer.Ordinal)
    {
        ["csi-provisioner"] = () => OfControllers(ExternalProvisioner.ProvisionerProgram.Describe(), true, "--enable-capacity", "--capacity-ownerref-level=-1"),
        ["csi-attacher"] = () => OfControllers(ExternalAttacher.AttacherProgram.Describe(), true),
        ["csi-snapshotter"] = () => OfControllers(ExternalSnapshotter.SnapshotterProgram.Describe(), true),
        ["csi-resizer"] = () => OfControllers(ExternalResizer.ResizerProgram.Describe(), true),
        ["snapshot-controller"] = () => OfControllers(SnapshotController.SnapshotControllerProgram.Describe(), false),
        ["csi-cluster-driver-registrar"] = OfClusterRegistrar,
        ["livenessprobe"] = OfLivenessProbe,
    };

    private static async Task<string> OfControllers(ControllerManager.ControllerProgram program, bool hasDriver, params string[] more)
    {
        Environment.SetEnvironmentVariable("NAMESPACE", "default"); // where csi-provisioner publishes capacity
        await using var rig = await StartRig.PrepareAsync();
        foreach (var kind in SnapshotKinds.Definitions.Concat(SnapshotKinds.GroupDefinitions)) _ = rig.Cluster.Storage.Create("customresourcedefinitions", kind).Value;
        var filled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        rig.Filled = filled.SetResult;
        var port = FreePort.Next();
        string[] flags = [$"--http-endpoint=127.0.0.1:{port}", "--leader-election", "--leader-election-namespace=default", .. more];
        var running = hasDriver ? rig.Run(program, flags) : rig.RunWithoutDriver(program, flags);
        var first = await Task.WhenAny(filled.Task, running).WithinLimit();
        Assert.That(first, Is.SameAs(filled.Task), () => $"it ended before it worked: {string.Join('\n', rig.Log.All)}");
        var text = await Get(port);
        await rig.Over(running);
        return text;
    }

    private static async Task<string> OfClusterRegistrar()
    {
        await using var cluster = await ClusterServer.StartAsync().WithinLimit();
        await using var driver = await ScriptedDriver.StartNewAsync();
        using var directory = new TemporaryDirectory();
        var kubeconfig = directory.File("kubeconfig");
        await cluster.WriteKubeconfig(kubeconfig);
        var port = FreePort.Next();
        var flags = new ClusterDriverRegistrar.RegistrarFlags();
        Assert.That(flags.Parse([$"--kubeconfig={kubeconfig}", $"--csi-address={driver.SocketPath}", $"--http-endpoint=127.0.0.1:{port}", "--leader-election",
            "--leader-election-namespace=default"]).Report(TextWriter.Null), Is.Null);
        var log = new RecordingLogger();
        using var life = new ProcessLife(new RecordingLoggers(log), "");
        var running = new ClusterDriverRegistrar.Sidecar(flags, life, TimeProvider.System, "0.0.0").RunAsync();
        await log.WaitForLine(line => line.StartsWith("Created CSIDriver", StringComparison.Ordinal));
        var text = await Get(port);
        life.Fail(0, "the test is over");
        await running.WithinLimit();
        return text;
    }

    private static async Task<string> OfLivenessProbe()
    {
        await using var driver = await ScriptedDriver.StartNewAsync();
        var port = FreePort.Next();
        var flags = new LivenessProbe.ProbeFlags();
        Assert.That(flags.Parse([$"--csi-address={driver.SocketPath}", $"--http-endpoint=127.0.0.1:{port}"]).Report(TextWriter.Null), Is.Null);
        var log = new RecordingLogger();
        using var life = new ProcessLife(new RecordingLoggers(log), "");
        var running = new LivenessProbe.Sidecar(flags, life, TimeProvider.System, "0.0.0").RunAsync();
        await log.WaitForLine(line => line.StartsWith("Listening for HTTP", StringComparison.Ordinal));
        var text = await Get(port);
        life.Fail(0, "the test is over");
        await running.WithinLimit();
        return text;
    }

    private static async Task<string> Get(int port)
    {
        using var client = new HttpClient();
        return await client.GetStringAsync(new Uri($"http://127.0.0.1:{port}/metrics")).WithinLimit();
    }
}
