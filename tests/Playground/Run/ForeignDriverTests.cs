using Sidecars.Tests.Support;

namespace Sidecars.Playground.Tests.Run;

/// <summary>The playground with somebody else's driver, at its socket.</summary>
internal sealed class ForeignDriverTests
{
    private const string Claim = """
        apiVersion: storage.k8s.io/v1
        kind: StorageClass
        metadata: {name: fast}
        provisioner: ${DRIVER_NAME}
        ---
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata: {name: c}
        spec: {accessModes: [ReadWriteOnce], storageClassName: fast, resources: {requests: {storage: 1Gi}}}

        """;

    private const string Snapshot = """
        ---
        apiVersion: snapshot.storage.k8s.io/v1
        kind: VolumeSnapshotClass
        metadata: {name: fast}
        driver: ${DRIVER_NAME}
        deletionPolicy: Delete
        ---
        apiVersion: snapshot.storage.k8s.io/v1
        kind: VolumeSnapshot
        metadata: {name: s}
        spec: {volumeSnapshotClassName: fast, source: {persistentVolumeClaimName: c}}
        """;

    private static readonly TimeSpan RunLimit = TimeSpan.FromSeconds(120);

    private TemporaryDirectory _directory = null!;

    [SetUp]
    public void MakeDirectory() => _directory = new TemporaryDirectory();

    [TearDown]
    public void RemoveDirectory() => _directory.Dispose();

    [Test]
    public async Task A_driver_that_takes_snapshots_is_asked_for_them_and_only_what_was_seen_is_said()
    {
        await using var driver = await Driver(new ScriptedDriverOptions()).WithinLimit();
        await using var playground = await Run(Claim + Snapshot, $"unix://{driver.SocketPath}").WithinLimit();
        Assert.That(await playground.WaitForExit(RunLimit), Is.Zero, string.Join('\n', playground.ErrorLines));
        Assert.Multiple(() =>
        {
            Assert.That(playground.OutputLines[^1], Is.EqualTo(
                "All of it came true: driver registered, claim bound, snapshot taken, claim gone again, snapshot gone again."));
            Assert.That(driver.Calls.Of("CreateSnapshot"), Has.Count.EqualTo(1));
            Assert.That(driver.Calls.Of("DeleteSnapshot"), Has.Count.EqualTo(1));
        });
    }

    [Test]
    public async Task For_one_that_can_do_neither_snapshots_nor_growth_their_programs_are_not_started_and_that_is_said()
    {
        await using var driver = await Driver(new ScriptedDriverOptions { ControllerCapabilities = ["CREATE_DELETE_VOLUME", "PUBLISH_UNPUBLISH_VOLUME"] }).WithinLimit();
        await using var playground = await Run(Claim, Path.GetRelativePath(Environment.CurrentDirectory, driver.SocketPath)).WithinLimit();
        Assert.That(await playground.WaitForExit(RunLimit), Is.Zero, string.Join('\n', playground.ErrorLines));
        Assert.Multiple(() =>
        {
            Assert.That(playground.OutputLines, Has.Some.Contains("csi.example.com takes no snapshots"));
            Assert.That(playground.OutputLines, Has.Some.Contains("csi.example.com neither grows volumes nor changes their attributes"));
            Assert.That(File.Exists(_directory.File("run/csi-snapshotter.log")), Is.False);
            Assert.That(File.Exists(_directory.File("run/csi-resizer.log")), Is.False);
            Assert.That(File.Exists(_directory.File("run/csi-provisioner.log")), Is.True);
        });
    }

    private static async Task<ScriptedDriver> Driver(ScriptedDriverOptions options)
    {
        var driver = await ScriptedDriver.StartNewAsync(options);
        driver.Answer("NodeGetInfo", DriverRule.Answer("""{"node_id":"n"}"""));
        return driver;
    }

    private async Task<PublishedProgram> Run(string manifests, string address)
    {
        var file = _directory.File("manifests.yaml");
        await File.WriteAllTextAsync(file, manifests);
        return PublishedProgram.StartFile(
            Path.Combine(AppContext.BaseDirectory, "playground"),
            ["--keep-dir", _directory.File("run"), "--once", "-f", file, "--csi-address", address]);
    }
}
