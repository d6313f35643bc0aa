namespace Sidecars.EmbeddedCluster.Tests;

/// <summary>What a write of a custom resource's status takes of the metadata that is sent. Runs against the cluster of KUBECONFIG where that is set.</summary>
internal sealed class StatusContractTests
{
    private const string Another = "11111111-1111-1111-1111-111111111111";

    private ContractCluster _cluster = null!;
    private DefinedKind _kind = null!;

    [OneTimeSetUp]
    public async Task Connect()
    {
        _cluster = await ContractCluster.Connect();
        _kind = await DefinedKind.Define(_cluster, """{"type":"object"}""", """{"type":"object","properties":{"a":{"type":"string"}}}""");
    }

    [OneTimeTearDown]
    public async Task Disconnect()
    {
        await _kind.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    [Test]
    public async Task A_merge_patch_takes_nothing_of_it_so_that_a_foreign_uid_keeps_it_from_nothing()
    {
        var created = await _kind.Create("ignored", "{}");
        var patched = await _kind.Merge("ignored", $$$"""{"metadata":{"uid":"{{{Another}}}","annotations":{"x":"y"},"finalizers":["a.example.com/b"]},"status":{"a":"1"} }""", "/status");
        Assert.That(patched.Code, Is.EqualTo(200), patched.ToString());
        Assert.That((string?)patched.Body["status"]!["a"], Is.EqualTo("1"));
        Assert.That((string?)patched.Body["metadata"]!["uid"], Is.EqualTo((string?)created.Body["metadata"]!["uid"]));
        Assert.That((patched.Body["metadata"]!["annotations"], patched.Body["metadata"]!["finalizers"]), Is.EqualTo(((object?)null, (object?)null)));
    }

    [Test]
    public async Task The_object_itself_refuses_a_foreign_uid()
    {
        await _kind.Create("refused", "{}");
        var patched = await _kind.Merge("refused", $$$"""{"metadata":{"uid":"{{{Another}}}"},"spec":{} }""");
        Assert.That((patched.Code, patched.Reason), Is.EqualTo((422, "Invalid")));
    }

    [Test]
    public async Task A_version_that_is_not_the_last_one_is_a_conflict()
    {
        var created = await _kind.Create("guarded", "{}");
        await _kind.Merge("guarded", """{"status":{"a":"1"}}""", "/status");
        var stale = await _kind.Merge("guarded", $$$"""{"metadata":{"resourceVersion":"{{{created.Version}}}"},"status":{"a":"2"} }""", "/status");
        Assert.That((stale.Code, stale.Reason), Is.EqualTo((409, "Conflict")));
    }

    [Test]
    public async Task A_JSON_patch_may_test_the_uid()
    {
        await _kind.Create("tested", "{}");
        var refused = await _cluster.Client.JsonPatch($"{_kind.Objects}/tested/status",
            $$$"""[{"op":"test","path":"/metadata/uid","value":"{{{Another}}}"},{"op":"add","path":"/status","value":{"a":"1"} }]""");
        Assert.That((refused.Code, refused.Reason), Is.EqualTo((422, "Invalid")));
    }

    [Test]
    public async Task Who_asks_for_an_object_where_there_is_no_such_kind_is_not_told_its_name()
    {
        var missing = await _cluster.Client.Get($"{_kind.Objects}/missing");
        Assert.That((missing.Code, (string?)missing.Body["details"]?["name"]), Is.EqualTo((404, "missing")));
        var unserved = await _cluster.Client.Get($"{_kind.Objects.Replace("probes", "others", StringComparison.Ordinal)}/missing");
        Assert.That((unserved.Code, unserved.Body["details"]?["name"]), Is.EqualTo((404, (object?)null)));
    }
}
