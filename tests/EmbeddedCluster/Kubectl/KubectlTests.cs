namespace Sidecars.EmbeddedCluster.Tests;

/// <summary>What a person does at the command line, with a real kubectl.</summary>
internal sealed class KubectlTests
{
    private const string Claim =
        """
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata: {name: a, labels: {step: "one", gone: "soon"}}
        spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}, storageClassName: fast}
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

    private IReadOnlyList<Kubectl> Programs()
    {
        var installed = Kubectl.Installed();
        Assert.That(installed, Is.Not.Empty, "No kubectl was found. Install one (Debian: kubernetes-client) or name it in KUBECTL; these tests are not skipped without it.");
        return [.. installed.Select(program => new Kubectl(program, Path.Combine(_home, "config"), _home))];
    }

    [Test]
    public async Task Apply_creates_and_then_merges_three_ways()
    {
        foreach (var kubectl in Programs())
        {
            await Expect(kubectl, "apply -f -", "persistentvolumeclaim/a created", Claim);
            await Expect(kubectl, "annotate pvc a added=by-hand", "annotated");
            await Expect(kubectl, "apply -f -", "persistentvolumeclaim/a configured", Claim.Replace(", gone: \"soon\"", "", StringComparison.Ordinal).Replace("\"one\"", "\"two\"", StringComparison.Ordinal));
            await Expect(kubectl, "apply -f -", "persistentvolumeclaim/a unchanged", Claim.Replace(", gone: \"soon\"", "", StringComparison.Ordinal).Replace("\"one\"", "\"two\"", StringComparison.Ordinal));

            var stored = _cluster.Storage.Get("persistentvolumeclaims", "default", "a").Value;
            Assert.That(stored.Labels, Is.EquivalentTo(new Dictionary<string, string> { ["step"] = "two" }));
            Assert.That(stored.ToJson().Text("metadata", "annotations", "added"), Is.EqualTo("by-hand"));
            await Expect(kubectl, "delete pvc a --wait", "deleted");
        }
    }

    [Test]
    public async Task Get_prints_the_usual_columns_and_yaml()
    {
        _ = _cluster.Storage.Create("persistentvolumes", TestStorage.Json(Manifest.Volume("v"))).Value;
        foreach (var kubectl in Programs())
        {
            var (_, table) = await kubectl.Run("get pv");
            Assert.That(table, Does.Match(@"^NAME\s+CAPACITY\s+ACCESS MODES\s+RECLAIM POLICY\s+STATUS\s+CLAIM\s+STORAGECLASS\s+VOLUMEATTRIBUTESCLASS\s+REASON\s+AGE\s*\nv\s+1Gi\s+RWO\s+Retain\s+Pending"));
            await Expect(kubectl, "get pv v -o yaml", "volumeHandle: h");
            await Expect(kubectl, "get pv v -o jsonpath={.spec.csi.driver}", "csi.example.com");
            await Expect(kubectl, "describe pv v", "VolumeHandle:");
            await Expect(kubectl, "get pv -l nothing=here", "No resources found");
        }
    }

    [Test]
    public async Task Get_watch_prints_changes_as_they_happen()
    {
        foreach (var kubectl in Programs())
        {
            using var process = kubectl.Start("get pv -w");
            process.StandardInput.Close();
            await _cluster.Requests.WaitFor(new RequestMatch { Verb = "watch", Resource = "persistentvolumes" }).WaitAsync(TestLimits.Wait);
            _ = _cluster.Storage.Create("persistentvolumes", TestStorage.Json(Manifest.Volume("w"))).Value;
            string? line;
            do line = await process.StandardOutput.ReadLineAsync().WaitAsync(TestLimits.Wait);
            while (line is not null && !line.StartsWith("w ", StringComparison.Ordinal));
            process.Kill();
            Assert.That(line, Does.Contain("Pending"));
            _ = _cluster.Storage.Delete("persistentvolumes", null, "w").Value;
            _cluster.Requests.Clear();
        }
    }

    [Test]
    public async Task Labels_patches_and_waiting_work()
    {
        foreach (var kubectl in Programs())
        {
            await Expect(kubectl, "apply -f -", "created", Claim);
            await Expect(kubectl, "label pvc a colour=red", "labeled");
            await Expect(kubectl, "patch pvc a --type json -p [{\"op\":\"add\",\"path\":\"/metadata/labels/b\",\"value\":\"c\"}]".Replace("\"", "\\\"", StringComparison.Ordinal), "patched");
            await Expect(kubectl, "patch pvc a -p {\"metadata\":{\"labels\":{\"colour\":null}}}".Replace("\"", "\\\"", StringComparison.Ordinal), "patched");
            Assert.That(_cluster.Storage.Get("persistentvolumeclaims", "default", "a").Value.Labels.Keys, Is.EquivalentTo(new[] { "step", "gone", "b" }));

            await Expect(kubectl, "apply -f -", "created", Manifest.WidgetDefinition);
            await Expect(kubectl, "wait --for=condition=Established crd/widgets.example.com --timeout=20s", "condition met");
            await Expect(kubectl, "apply -f -", "created", """{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"w"},"spec":{"size":3}}""");
            await Expect(kubectl, "apply -f -", "configured", """{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"w"},"spec":{"size":4}}""");
            var (_, table) = await kubectl.Run("get wd");
            Assert.That(table, Does.Match(@"^NAME\s+SIZE\s*\nw\s+4"));
            await Expect(kubectl, "delete widget/w pvc/a crd/widgets.example.com --wait", "deleted");
        }
    }

    [Test]
    public async Task A_refusal_is_shown_in_the_servers_words()
    {
        foreach (var kubectl in Programs())
        {
            var (code, output) = await kubectl.Run("apply -f -", Claim.Replace("1Gi", "\"0\"", StringComparison.Ordinal));

            Assert.That(code, Is.Not.Zero);
            Assert.That(output, Does.Contain("The PersistentVolumeClaim \"a\" is invalid: spec.resources[storage]: Invalid value: \"0\": must be greater than zero"));
        }
    }

    [Test]
    public async Task Plain_HTTP_needs_no_credentials()
    {
        await using var plain = await ClusterServer.StartAsync();
        await plain.WriteKubeconfig(Path.Combine(_home, "config"));
        foreach (var kubectl in Programs())
        {
            await Expect(kubectl, "apply -f -", "persistentvolumeclaim/a created", Claim);
            await Expect(kubectl, "delete pvc a", "deleted");
        }
    }

    private static async Task Expect(Kubectl kubectl, string arguments, string expected, string input = "")
    {
        var (code, output) = await kubectl.Run(arguments, input);
        Assert.That(code, Is.Zero, $"kubectl {arguments}: {output}");
        Assert.That(output, Does.Contain(expected), $"kubectl {arguments}");
    }
}
