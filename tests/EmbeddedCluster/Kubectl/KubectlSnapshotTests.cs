using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Tests;

/// <summary>What a person does with snapshots at the command line, with a real kubectl and the definitions of the chart.</summary>
internal sealed class KubectlSnapshotTests
{
    private const string Objects =
        """
        apiVersion: snapshot.storage.k8s.io/v1
        kind: VolumeSnapshot
        metadata: {name: s1}
        spec: {source: {persistentVolumeClaimName: data}, volumeSnapshotClassName: fast}
        ---
        apiVersion: snapshot.storage.k8s.io/v1
        kind: VolumeSnapshotContent
        metadata: {name: c1}
        spec: {deletionPolicy: Retain, driver: csi.example.com, source: {snapshotHandle: h}, volumeSnapshotRef: {name: s1, namespace: default}}
        ---
        apiVersion: snapshot.storage.k8s.io/v1
        kind: VolumeSnapshotClass
        metadata: {name: fast}
        driver: csi.example.com
        deletionPolicy: Delete
        """;

    private ClusterServer _cluster = null!;
    private string _home = "";

    [SetUp]
    public async Task Start()
    {
        _cluster = await ClusterServer.StartAsync(new ClusterOptions { UseTls = true, Users = [new ClusterUser("me", "t0ken")], AllowAnonymous = false });
        _home = Directory.CreateTempSubdirectory("kubectl").FullName;
        await _cluster.WriteKubeconfig(Path.Combine(_home, "config"), "me");
    }

    [TearDown]
    public async Task Stop()
    {
        await _cluster.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }

    [Test]
    public async Task The_definitions_are_applied_as_they_are_and_snapshots_are_made_shown_refused_and_deleted()
    {
        var programs = Kubectl.Installed();
        Assert.That(programs, Is.Not.Empty, "No kubectl was found. Install one (Debian: kubernetes-client) or name it in KUBECTL; these tests are not skipped without it.");
        var folder = Path.GetDirectoryName(SnapshotDefinitions.Files().First())!;
        foreach (var kubectl in programs.Select(program => new Kubectl(program, Path.Combine(_home, "config"), _home)))
        {
            Assert.That(await Ok(kubectl, $"apply -f {folder}"), Does.Match("(?s)(customresourcedefinition.apiextensions.k8s.io/.* created\\s+){6}"));
            Assert.That(await Ok(kubectl, $"apply -f {folder}"), Does.Match("(?s)(customresourcedefinition.apiextensions.k8s.io/.* unchanged\\s+){6}"));
            await Ok(kubectl, $"wait --for=condition=Established --timeout=20s -f {folder}");
            Assert.That(await Ok(kubectl, "apply -f -", Objects), Does.Match("volumesnapshot.snapshot.storage.k8s.io/s1 created\\s+volumesnapshotcontent.snapshot.storage.k8s.io/c1 created\\s+volumesnapshotclass.snapshot.storage.k8s.io/fast created"));
            await SayReady(kubectl, "c1", 1024);

            Assert.That(await Ok(kubectl, "get vs -o wide"), Does.Match(@"^NAME\s+READYTOUSE\s+SOURCEPVC\s+SOURCESNAPSHOTCONTENT\s+RESTORESIZE\s+SNAPSHOTCLASS\s+SNAPSHOTCONTENT\s+CREATIONTIME\s+AGE\s*\ns1\s+data\s+fast\s+\d+s\s*$"));
            Assert.That(await Ok(kubectl, "get vsc -o wide"), Does.Match(@"^NAME\s+READYTOUSE\s+RESTORESIZE\s+DELETIONPOLICY\s+DRIVER\s+VOLUMESNAPSHOTCLASS\s+VOLUMESNAPSHOT\s+VOLUMESNAPSHOTNAMESPACE\s+AGE\s*\nc1\s+true\s+1024\s+Retain\s+csi.example.com\s+s1\s+default\s+\d+s\s*$"));
            Assert.That(await Ok(kubectl, "get vs,vsc,vsclass -o wide"), Does.Match(@"(?s)volumesnapshot.snapshot.storage.k8s.io/s1.*volumesnapshotcontent.snapshot.storage.k8s.io/c1.*NAME\s+DRIVER\s+DELETIONPOLICY\s+AGE\s*\nvolumesnapshotclass.snapshot.storage.k8s.io/fast\s+csi.example.com\s+Delete\s+\d+s"));
            Assert.That(await Ok(kubectl, "get vsc --field-selector spec.driver=other"), Does.Contain("No resources found"));

            Assert.That(await Ok(kubectl, "apply -f -", Objects), Does.Match(@"(?s)s1 unchanged.*c1 unchanged.*fast unchanged"));
            var (code, refused) = await kubectl.Run("apply -f -", Objects.Replace("persistentVolumeClaimName: data", "persistentVolumeClaimName: other", StringComparison.Ordinal));
            Assert.That(code, Is.EqualTo(1));
            Assert.That(refused, Does.Contain("spec.source.persistentVolumeClaimName: Invalid value: \"other\": persistentVolumeClaimName is immutable"));
            var (_, unknown) = await kubectl.Run("apply -f -", Objects.Replace("deletionPolicy: Delete", "deletionPolicy: Delete\nextra: 1", StringComparison.Ordinal));
            Assert.That(unknown, Does.Contain("unknown field \"extra\""));

            Assert.That(await Ok(kubectl, "delete -f -", Objects), Does.Match(@"(?s)s1"".* deleted.*c1"".* deleted.*fast"".* deleted"));
            await Ok(kubectl, $"delete -f {folder}");
        }
    }

    /// <summary>The sidecar's part, without <c>--subresource</c>, which Debian's kubectl (1.20) does not have.</summary>
    private static async Task SayReady(Kubectl kubectl, string content, long restoreSize)
    {
        var body = JsonNode.Parse(await Ok(kubectl, $"get vsc {content} -o json"))!;
        body["status"] = new JsonObject { ["readyToUse"] = true, ["restoreSize"] = restoreSize };
        await Ok(kubectl, $"replace --raw /apis/snapshot.storage.k8s.io/v1/volumesnapshotcontents/{content}/status -f -", body.ToJsonString());
    }

    private static async Task<string> Ok(Kubectl kubectl, string arguments, string input = "")
    {
        var (code, output) = await kubectl.Run(arguments, input);
        Assert.That(code, Is.Zero, $"kubectl {arguments}: {output}");
        return output;
    }
}
