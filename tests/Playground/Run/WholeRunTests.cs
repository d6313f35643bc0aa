using System.Diagnostics;
using System.Globalization;
using Sidecars.Tests.Support;

namespace Sidecars.Playground.Tests.Run;

/// <summary>The playground as a newcomer starts it: a process, with the published programs where there are any, else those just built.</summary>
internal sealed class WholeRunTests
{
    private static readonly TimeSpan RunLimit = TimeSpan.FromSeconds(120);

    private TemporaryDirectory _directory = null!;

    [SetUp]
    public void MakeDirectory() => _directory = new TemporaryDirectory();

    [TearDown]
    public void RemoveDirectory() => _directory.Dispose();

    [Test]
    public async Task Once_everything_of_the_announcement_comes_true_and_goes_again()
    {
        var temporary = Directory.CreateDirectory(_directory.File("temporary")).FullName;
        await using var playground = StartWith(new Dictionary<string, string> { ["TMPDIR"] = temporary }, "--once");
        Assert.That(await playground.WaitForExit(RunLimit), Is.Zero, string.Join('\n', playground.ErrorLines));
        Assert.Multiple(() =>
        {
            Assert.That(playground.OutputLines, Has.Some.Contains("bound to pvc-"));
            Assert.That(playground.OutputLines, Has.Some.EndsWith("CSIDriver hostpath.csi.sidecars.dev: registered, its volumes are attached"));
            foreach (var node in (string[])["playground-node", "playground-node-2", "playground-node-3"])
                Assert.That(playground.OutputLines, Has.Some.EndsWith($"CSINode {node}: has hostpath.csi.sidecars.dev"));
            Assert.That(playground.OutputLines.Where(l => l.Contains("livenessprobe finds", StringComparison.Ordinal)).Select(l => l.Split(": ")[0].Split(' ')[^1]),
                Is.EqualTo((string[])["well", "dead", "well"]));
            Assert.That(playground.OutputLines, Has.Some.Contains("PersistentVolumeClaim default/my-clone: bound to pvc-"));
            Assert.That(playground.OutputLines, Has.Some.Contains("of class roomy-storage on playground-node-3"));
            Assert.That(playground.OutputLines, Has.Some.Contains("Pod default/my-large-pod: running on playground-node-3"));
            Assert.That(playground.OutputLines, Has.Some.Matches("VolumeSnapshot default/my-snapshot: ready to use, 5Gi of claim my-request-for-storage$"));
            Assert.That(playground.OutputLines, Has.Some.Matches("VolumeSnapshotContent snapcontent-.*: ready, snapshot snap-.* of hostpath.csi.sidecars.dev$"));
            Assert.That(playground.OutputLines, Has.Some.Contains("PersistentVolumeClaim default/my-restored-claim: bound to pvc-"));
            Assert.That(playground.OutputLines, Has.Some.Contains("PersistentVolumeClaim default/my-request-for-storage: bound to pvc-").And.EndsWith(", 5Gi, asks for 8Gi"));
            Assert.That(playground.OutputLines, Has.Some.Contains("PersistentVolumeClaim default/my-request-for-storage: bound to pvc-").And.EndsWith(", 8Gi"));
            Assert.That(playground.OutputLines, Has.Some.Contains("ControllerExpandVolume 1,").And.Contains("NodeExpandVolume 1,"));
            Assert.That(playground.OutputLines, Has.Some.Contains("CreateSnapshot 1, CreateVolume 4,").And.Contains("DeleteSnapshot 1, DeleteVolume 4,"));
            Assert.That(playground.OutputLines, Has.Some.EqualTo(
                "All of it came true: driver registered, claim bound, volume published, snapshot taken, a second claim restored from it with the content of that time, "
                + "cloned with its content, a large claim placed on the node with room, a claim grown while its pod uses it, a claim's attributes changed while its pod uses it, "
                + "claim gone again, snapshot gone again, nothing left at the driver, a killed driver noticed."));
            Assert.That(playground.OutputLines[^1], Is.EqualTo("Not played: groups of snapshots (the playground's driver takes none)."));
            Assert.That(playground.OutputLines, Has.Some.Contains("PersistentVolumeClaim default/my-request-for-storage: bound to pvc-").And.EndsWith(", 8Gi, attributes of quick-storage"));
            Assert.That(playground.OutputLines, Has.Some.Contains("ControllerModifyVolume 1,"));
            Assert.That(playground.OutputLines.Count(line => line.StartsWith("CSI calls: ", StringComparison.Ordinal)), Is.EqualTo(1));
            Assert.That(Directory.EnumerateFileSystemEntries(temporary), Is.Empty, "nothing is left of debuggers or diagnostics either");
            Assert.That(Directory.EnumerateFileSystemEntries(_directory.File("run/driver/volumes")), Is.Empty);
            Assert.That(Directory.EnumerateFileSystemEntries(_directory.File("run/driver/snapshots")), Is.Empty);
            Assert.That(ProcessesIn(_directory.Path), Is.Empty);
        });
    }

    /// <summary>The values that the chart's own tests render too.</summary>
    [Test]
    public async Task Deployed_from_a_chart_it_ends_the_same_way_and_nothing_is_refused_to_anybody()
    {
        await using var playground = Start("--once", "--chart", Values("minimal"), "--chart", Values("playground"));
        Assert.That(await playground.WaitForExit(RunLimit), Is.Zero, string.Join('\n', playground.ErrorLines));
        Assert.Multiple(() =>
        {
            Assert.That(playground.OutputLines, Has.Some.StartsWith(
                "All of it came true: driver registered, claim bound, volume published, snapshot taken, a second claim restored from it with the content of that time, "
                + "cloned with its content, a large claim placed on the node with room, a claim grown while its pod uses it, a claim's attributes changed while its pod uses it, "
                + "claim gone again, snapshot gone again, nothing left at the driver"));
            Assert.That(playground.OutputLines, Has.None.Contains("csi-sidecars.capabilities."), "values and driver agree");
            Assert.That(playground.OutputLines, Has.Some.Contains("Lease csi-driver/external-attacher-leader-hostpath-csi-sidecars-dev"), "in the namespace of the release");
            var logs = Directory.EnumerateFiles(_directory.File("run"), "*.log").SelectMany(File.ReadLines).ToList();
            Assert.That(logs, Has.Some.Contains("Code=201"));
            Assert.That(logs, Has.None.Contains("Code=403").And.None.Contains("lacks a right"));
        });
    }

    [Test]
    public async Task What_a_chart_leaves_out_is_said_and_not_waited_for()
    {
        var values = _directory.File("values.yaml");
        await File.WriteAllTextAsync(values, "csi-sidecars: {capabilities: {topology: true}}\n").WithinLimit();
        await using var playground = Start("--once", "--chart", Values("minimal"), "--chart", values);
        Assert.That(await playground.WaitForExit(RunLimit), Is.Zero, string.Join('\n', playground.ErrorLines));
        Assert.That(playground.OutputLines, Has.Some.EndsWith(
            "The story goes no further, because the chart's values leave out snapshots (csi-sidecars.capabilities.snapshot), clones (csi-sidecars.capabilities.clone)."));
        Assert.That(playground.OutputLines, Has.Some.Contains("CSIDriver hostpath.csi.example.com: registered"), "the driver has the chart's name");
        Assert.That(playground.OutputLines, Has.Some.EqualTo("hostpath.csi.example.com announces CREATE_DELETE_SNAPSHOT, and the values lack csi-sidecars.capabilities.snapshot"));
        Assert.That(playground.OutputLines[^1], Does.StartWith("Not played: snapshots, restored and cloned claims, growth, attributes classes, groups of snapshots"));
    }

    [Test]
    public async Task Attributes_classes_that_a_chart_leaves_out_are_said_to_be_left_out_and_the_rest_is_played()
    {
        var values = _directory.File("values.yaml");
        await File.WriteAllTextAsync(values, "csi-sidecars: {capabilities: {topology: true, capacity: true, snapshot: true, clone: true}}\n").WithinLimit();
        await using var playground = Start("--once", "--chart", Values("minimal"), "--chart", values);
        Assert.That(await playground.WaitForExit(RunLimit), Is.Zero, string.Join('\n', playground.ErrorLines));
        Assert.That(playground.OutputLines, Has.Some.Contains("a claim grown while its pod uses it, claim gone again"));
        Assert.That(playground.OutputLines[^1], Is.EqualTo(
            "Not played: attributes classes (csi-sidecars.capabilities.modify is off), groups of snapshots (the playground's driver takes none)."));
    }

    [Test]
    public async Task What_fails_for_want_of_a_right_names_the_right_before_anything_else()
    {
        await using var playground = Start("--once", "--timeout=10s", "--chart", Values("minimal"));
        Assert.That(await playground.WaitForExit(RunLimit), Is.EqualTo(1));
        var errors = playground.ErrorLines;
        Assert.Multiple(() =>
        {
            Assert.That(playground.OutputLines, Has.Some.EqualTo("hostpath.csi.example.com announces VOLUME_ACCESSIBILITY_CONSTRAINTS, and the values lack csi-sidecars.capabilities.topology"));
            Assert.That(errors[0], Does.StartWith("This did not come true: PersistentVolumeClaim default/my-request-for-storage is bound"));
            Assert.That(errors[1], Is.EqualTo("Rights are missing:"));
            Assert.That(errors[2], Does.StartWith("  csi-provisioner: \"This account lacks a right"));
            Assert.That(errors, Has.Some.Contains("feature=\"topology\"").And.Contains("resources: [\"nodes\"]"));
            Assert.That(errors.TakeWhile(line => !line.StartsWith("Last seen", StringComparison.Ordinal)).Count(), Is.LessThan(errors.TakeWhile(line => !line.StartsWith("From the log", StringComparison.Ordinal)).Count()));
        });
    }

    [Test]
    public async Task A_chart_that_cannot_be_rendered_is_told_in_its_own_words_before_anything_is_started()
    {
        var values = _directory.File("values.yaml");
        await File.WriteAllTextAsync(values, "csi-sidecars: {driverName: d.example.com}\n").WithinLimit();
        await using var playground = Start("--once", "--chart", values);
        Assert.That(await playground.WaitForExit(RunLimit), Is.EqualTo(1));
        Assert.That(playground.ErrorLines, Has.Some.Contains("driver.image"));
        Assert.That(playground.OutputLines, Is.Empty);
    }

    [Test]
    public async Task It_stays_up_until_it_is_told_to_stop_and_leaves_nothing_running()
    {
        await using var playground = Start();
        await playground.WaitForOutputLine(line => line.Contains("kubectl get pvc", StringComparison.Ordinal));
        Assert.That(
            ProcessesIn(_directory.Path), Has.Count.EqualTo(1 + SidecarProgram.All.Sum(sidecar => sidecar.IsOnEveryNode ? 3 : 1)),
            "the driver and the sidecars, those of nodes on each of the three");
        using (var api = new ClusterApi(await ServerOf(_directory.File("run/kubeconfig"))))
            await api.Delete(YamlManifests.Read("{apiVersion: v1, kind: Pod, metadata: {name: my-pod}}", "pod").Single(), CancellationToken.None).WithinLimit();
        await playground.WaitForOutputLine(line => line.EndsWith("s] Pod default/my-pod: gone", StringComparison.Ordinal));
        playground.Terminate();
        Assert.That(await playground.WaitForExit(RunLimit), Is.Zero);
        Assert.That(ProcessesIn(_directory.Path), Is.Empty);
        Assert.That(playground.OutputLines.Count(line => line.StartsWith("CSI calls: ", StringComparison.Ordinal)), Is.EqualTo(1));
    }

    [Test]
    public async Task While_it_stays_up_a_program_that_ends_is_told_and_started_again()
    {
        await using var playground = Start();
        await playground.WaitForOutputLine(line => line.Contains("kubectl get pvc", StringComparison.Ordinal));
        using (var provisioner = Process.GetProcessById(IdOf("csi-provisioner"))) provisioner.Kill();
        await playground.WaitForOutputLine(line => line.Contains("s] csi-provisioner ended with exit code", StringComparison.Ordinal) && line.Contains("started again", StringComparison.Ordinal));
        var log = _directory.File("run/csi-provisioner.log");
        var limit = Stopwatch.StartNew();
        while (await Starts() < 2 && limit.Elapsed < TestTimeouts.Limit) await Task.Yield();
        Assert.That(await Starts(), Is.EqualTo(2));

        async Task<int> Starts() => (await File.ReadAllLinesAsync(log)).Count(line => line.Contains("\"Starting\"", StringComparison.Ordinal));
    }

    [Test]
    public async Task Killed_it_takes_its_programs_with_it()
    {
        var playground = Start();
        await using (playground)
            await playground.WaitForOutputLine(line => line.Contains("kubectl get pvc", StringComparison.Ordinal));
        // The kernel sends the programs their signal in the moment the playground ends; they need another to be gone.
        var limit = Stopwatch.StartNew();
        while (ProcessesIn(_directory.Path).Count > 0 && limit.Elapsed < TestTimeouts.Limit) await Task.Yield();
        Assert.That(ProcessesIn(_directory.Path), Is.Empty);
    }

    [Test]
    public async Task A_claim_nobody_can_serve_fails_the_run_with_what_was_seen_and_the_log()
    {
        var manifest = _directory.File("claim.yaml");
        await File.WriteAllTextAsync(manifest, """
            apiVersion: storage.k8s.io/v1
            kind: StorageClass
            metadata: {name: too-large}
            provisioner: ${DRIVER_NAME}
            ---
            apiVersion: v1
            kind: PersistentVolumeClaim
            metadata: {name: huge}
            spec: {accessModes: [ReadWriteOnce], storageClassName: too-large, resources: {requests: {storage: 9Ti}}}
            """).WithinLimit();
        var (output, errors) = (new StringWriter(), new StringWriter());
        var run = new PlaygroundRun(
            new PlaygroundOptions { Once = true, Files = [manifest], KeepDirectory = _directory.File("run"), StepLimit = TimeSpan.FromSeconds(3) },
            TextWriter.Synchronized(output), errors, isTerminal: false, TimeProvider.System);
        Assert.That(await run.Run(CancellationToken.None).WithinLimit(RunLimit), Is.EqualTo(1));
        Assert.That(errors.ToString(), Does.Contain("PersistentVolumeClaim huge is bound").And.Contain("not within 3s").And.Contain("Last seen").And.Contain("From the log of csi-provisioner")
            .And.Contain("OutOfRange").And.Not.Contain("/leases/"));
        Assert.That(output.ToString(), Does.StartWith($"""
            Starting cluster, driver and sidecars in {_directory.File("run")}
              export KUBECONFIG={_directory.File("run/kubeconfig")}
              tail -F {_directory.File("run/*.log")}

            """));
    }

    [Test]
    public async Task An_unknown_field_is_refused_by_the_server_as_for_kubectl()
    {
        var manifest = _directory.File("typo.yaml");
        await File.WriteAllTextAsync(manifest, """
            apiVersion: v1
            kind: PersistentVolumeClaim
            metadata: {name: c}
            spec: {accessModes: [ReadWriteOnce], storageClasName: fast, resources: {requests: {storage: 1Gi}}}
            """).WithinLimit();
        await using var playground = Start("--once", "-f", manifest);
        Assert.That(await playground.WaitForExit(RunLimit), Is.EqualTo(1));
        Assert.That(playground.ErrorLines, Has.Some.Contains("unknown field \"spec.storageClasName\""));
    }

    [Test]
    public async Task Manifests_without_an_object_are_refused_before_anything_is_started()
    {
        var manifest = _directory.File("empty.yaml");
        await File.WriteAllTextAsync(manifest, "# nothing\n---\n").WithinLimit();
        await using var playground = Start("--once", "-f", manifest);
        Assert.That(await playground.WaitForExit(RunLimit), Is.EqualTo(1));
        Assert.That(playground.ErrorLines, Has.Some.EqualTo($"No object to apply is in {manifest}."));
        Assert.That(playground.OutputLines, Is.Empty);
    }

    [Test]
    public async Task What_a_class_keeps_is_said_to_be_kept_and_nothing_else_is_left()
    {
        var manifest = _directory.File("retain.yaml");
        await File.WriteAllTextAsync(manifest, """
            apiVersion: storage.k8s.io/v1
            kind: StorageClass
            metadata: {name: keeping}
            provisioner: ${DRIVER_NAME}
            reclaimPolicy: Retain
            ---
            apiVersion: snapshot.storage.k8s.io/v1
            kind: VolumeSnapshotClass
            metadata: {name: keeping}
            driver: ${DRIVER_NAME}
            deletionPolicy: Retain
            ---
            apiVersion: v1
            kind: PersistentVolumeClaim
            metadata: {name: c}
            spec: {accessModes: [ReadWriteOnce], storageClassName: keeping, resources: {requests: {storage: 1Gi}}}
            ---
            apiVersion: snapshot.storage.k8s.io/v1
            kind: VolumeSnapshot
            metadata: {name: s}
            spec: {volumeSnapshotClassName: keeping, source: {persistentVolumeClaimName: c}}
            """).WithinLimit();
        await using var playground = Start("--once", "-f", manifest);
        Assert.That(await playground.WaitForExit(RunLimit), Is.Zero, string.Join('\n', playground.ErrorLines));
        Assert.Multiple(() =>
        {
            Assert.That(playground.OutputLines, Has.Some.EqualTo(
                "All of it came true: driver registered, claim bound, snapshot taken, claim gone again, a volume kept, as its reclaim policy says, snapshot gone again, "
                + "a snapshot kept at the driver, as its policy says, nothing else left at the driver, a killed driver noticed."));
            Assert.That(Directory.EnumerateFileSystemEntries(_directory.File("run/driver/volumes")).Count(), Is.EqualTo(1));
            Assert.That(Directory.EnumerateFileSystemEntries(_directory.File("run/driver/snapshots")).Count(), Is.EqualTo(1));
        });
    }

    [Test]
    public async Task A_program_that_ends_at_the_start_is_told_of_and_tried_again_before_the_run_is_given_up()
    {
        // What a registrar does whose driver does not answer in time: it ends, with 1.
        await using var playground = Start("--once", "--node-driver-registrar-args=--kubelet-registration-path=", "--v=2");
        Assert.That(await playground.WaitForExit(RunLimit), Is.EqualTo(1));
        Assert.Multiple(() =>
        {
            Assert.That(
                playground.OutputLines.Count(line => line.StartsWith("csi-node-driver-registrar ended with exit code 1 and is started again", StringComparison.Ordinal)),
                Is.GreaterThan(1));
            Assert.That(playground.ErrorLines, Has.Some.Contains("registrar").And.Some.Contains("ended with exit code 1"));
        });
    }

    [Test]
    public async Task Arguments_are_handed_on_and_those_a_sidecar_cannot_read_end_the_run_with_its_words()
    {
        await using var playground = Start("--once", "--attacher-args=--no-such-flag");
        Assert.That(await playground.WaitForExit(RunLimit), Is.EqualTo(1));
        Assert.That(playground.ErrorLines, Has.Some.Contains("csi-attacher ended with exit code 2"));
        Assert.That(playground.ErrorLines, Has.Some.Contains("no-such-flag"));
    }

    [Test]
    public async Task A_refused_manifest_ends_the_run_with_the_server_s_words()
    {
        var manifest = _directory.File("bad.yaml");
        await File.WriteAllTextAsync(manifest, "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: []}\n").WithinLimit();
        await using var playground = Start("--once", "-f", manifest);
        Assert.That(await playground.WaitForExit(RunLimit), Is.EqualTo(1));
        Assert.That(playground.ErrorLines, Has.Some.Contains("spec.containers"));
    }

    [Test]
    public async Task A_missing_program_is_named_with_how_to_make_it()
    {
        await using var playground = Start("--once", $"--programs={_directory.Path}");
        Assert.That(await playground.WaitForExit(RunLimit), Is.EqualTo(1));
        Assert.That(playground.ErrorLines, Has.Some.Contains("eng/publish.sh csi-cluster-driver-registrar"));
    }

    [Test]
    public void The_directory_of_a_killed_run_is_removed_and_that_of_a_living_one_is_not()
    {
        var dead = Directory.CreateDirectory(_directory.File("playground-dead")).FullName;
        File.WriteAllText(Path.Combine(dead, ".running"), "");
        var alive = Directory.CreateDirectory(_directory.File("playground-alive")).FullName;
        using var held = new FileStream(Path.Combine(alive, ".running"), FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        WorkingDirectory.RemoveLeftovers(_directory.Path);
        Assert.Multiple(() =>
        {
            Assert.That(Directory.Exists(dead), Is.False);
            Assert.That(Directory.Exists(alive), Is.True);
        });
    }

    private static string Values(string name) => Path.Combine(HelmProgram.Repository(), "charts/csi-driver/ci", $"{name}.yaml");

    private PublishedProgram Start(params string[] arguments) => StartWith(new Dictionary<string, string>(), arguments);

    private PublishedProgram StartWith(Dictionary<string, string> environment, params string[] arguments) => PublishedProgram.StartFile(
        Path.Combine(AppContext.BaseDirectory, "playground"), ["--keep-dir", _directory.File("run"), .. arguments], environment);

    private static async Task<Uri> ServerOf(string kubeconfig) =>
        new((await File.ReadAllLinesAsync(kubeconfig).WithinLimit()).Single(line => line.TrimStart().StartsWith("server: ", StringComparison.Ordinal)).Split("server: ")[1]);

    // The programs of a run name its directory in their arguments; the playground itself does, too.
    private static List<string> ProcessesIn(string directory) => [.. Processes(directory).Select(p => p.Command)];

    private int IdOf(string program) => Processes(_directory.Path).Single(p => Path.GetFileName(p.Command.Split(' ')[0]) == program).Id;

    private static List<(int Id, string Command)> Processes(string directory)
    {
        var found = new List<(int, string)>();
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out _)))
        {
            try
            {
                var command = File.ReadAllText(Path.Combine(process, "cmdline")).Replace('\0', ' ');
                if (command.Contains(directory, StringComparison.Ordinal) && !command.Contains("--keep-dir", StringComparison.Ordinal)) found.Add((int.Parse(Path.GetFileName(process), CultureInfo.InvariantCulture), command));
            }
            catch (IOException)
            {
                // It ended while we looked.
            }
        }

        return found;
    }
}
