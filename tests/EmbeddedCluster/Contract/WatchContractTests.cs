namespace Sidecars.EmbeddedCluster.Tests;

/// <summary>What any API server does with watches. Runs against the cluster of KUBECONFIG where that is set.</summary>
internal sealed class WatchContractTests
{
    private ContractCluster _cluster = null!;

    private ApiClient Api => _cluster.Client;

    private string Leases => $"/apis/coordination.k8s.io/v1/namespaces/{_cluster.Namespace}/leases";

    [SetUp]
    public async Task Connect() => _cluster = await ContractCluster.Connect();

    [TearDown]
    public async Task Disconnect() => await _cluster.DisposeAsync();

    [Test]
    public async Task Shows_every_change_after_its_version()
    {
        var start = (await Api.Get(Leases)).Version;
        using var watch = await Api.Watch($"{Leases}?watch=1&resourceVersion={start}");
        await Create("a");
        await Api.Merge($"{Leases}/a", """{"metadata":{"labels":{"x":"y"}}}""");
        await Api.Delete($"{Leases}/a");

        Assert.That(await watch.NextName(), Is.EqualTo("ADDED a"));
        Assert.That(await watch.NextName(), Is.EqualTo("MODIFIED a"));
        Assert.That(await watch.NextName(), Is.EqualTo("DELETED a"));
    }

    [Test]
    public async Task Starts_with_the_present_state_at_version_zero()
    {
        await Create("a");
        using var watch = await Api.Watch($"{Leases}?watch=1&resourceVersion=0");

        Assert.That(await watch.NextName(), Is.EqualTo("ADDED a"));
    }

    [Test]
    public async Task An_object_that_starts_or_stops_to_match_was_added_or_deleted()
    {
        await Create("a");
        var start = (await Api.Get(Leases)).Version;
        using var watch = await Api.Watch($"{Leases}?watch=1&resourceVersion={start}&labelSelector=on%3Dyes");
        await Api.Merge($"{Leases}/a", """{"metadata":{"labels":{"on":"yes"}}}""");
        var last = await Api.Merge($"{Leases}/a", """{"metadata":{"labels":{"on":"no"}}}""");
        await Api.Merge($"{Leases}/a", """{"metadata":{"labels":{"on":"never"}}}""");
        await Api.Merge($"{Leases}/a", """{"metadata":{"labels":{"on":"yes"}}}""");

        Assert.That(await watch.NextName(), Is.EqualTo("ADDED a"));
        var stopped = await watch.Next();
        Assert.That((string?)stopped!["type"], Is.EqualTo("DELETED"));
        Assert.That((string?)stopped["object"]!["metadata"]!["labels"]!["on"], Is.EqualTo("yes"), "the last state that matched");
        Assert.That((string?)stopped["object"]!["metadata"]!["resourceVersion"], Is.EqualTo(last.Version));
        Assert.That(await watch.NextName(), Is.EqualTo("ADDED a"));
    }

    [Test]
    public async Task A_streaming_list_ends_with_a_marked_bookmark_and_goes_on()
    {
        await Create("a");
        await Create("b");
        using var watch = await Api.Watch($"{Leases}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true");

        Assert.That(await watch.NextName(), Is.EqualTo("ADDED a"));
        Assert.That(await watch.NextName(), Is.EqualTo("ADDED b"));
        var bookmark = await watch.Next();
        Assert.That((string?)bookmark!["type"], Is.EqualTo("BOOKMARK"));
        Assert.That((string?)bookmark["object"]!["metadata"]!["annotations"]!["k8s.io/initial-events-end"], Is.EqualTo("true"));
        await Create("c");
        Assert.That(await watch.NextName(), Is.EqualTo("ADDED c"));
    }

    [TestCase("/apis/storage.k8s.io/v1/volumeattachments", """{"attacher":"","source":{},"nodeName":""}""")]
    [TestCase("/apis/storage.k8s.io/v1/csinodes", """{"drivers":null}""")]
    [TestCase("/api/v1/pods", """{"containers":null}""")]
    [TestCase("/api/v1/persistentvolumeclaims", """{"resources":{}}""")]
    [TestCase("/apis/coordination.k8s.io/v1/leases", "{}")]
    public async Task A_bookmark_is_an_empty_object_of_the_kind(string path, string spec)
    {
        using var watch = await Api.Watch($"{path}?watch=1&labelSelector=no-object-has-this&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true");

        var bookmark = await watch.Next();

        Assert.That((string?)bookmark!["type"], Is.EqualTo("BOOKMARK"));
        Assert.That(bookmark["object"]!["spec"]!.ToJsonString(), Is.EqualTo(spec));
        Assert.That((string?)bookmark["object"]!["metadata"]!["annotations"]!["k8s.io/initial-events-end"], Is.EqualTo("true"));
    }

    [TestCase("resourceVersion=1", 410, "Expired")]
    [TestCase("resourceVersion=9000000000000000&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true", 504, "Timeout")]
    public async Task A_version_that_cannot_be_had_is_an_error_within_the_watch(string query, int code, string reason)
    {
        await Create("a");
        using var watch = await Api.Watch($"{Leases}?watch=1&{query}");

        var error = await watch.Next();

        Assert.That((string?)error!["type"], Is.EqualTo("ERROR"));
        Assert.That(((int?)error["object"]!["code"], (string?)error["object"]!["reason"]), Is.EqualTo((code, reason)));
    }

    [TestCase("watch=1&sendInitialEvents=true")]
    [TestCase("watch=1&sendInitialEvents=true&resourceVersionMatch=Exact&resourceVersion=1")]
    [TestCase("watch=1&resourceVersionMatch=NotOlderThan")]
    [TestCase("sendInitialEvents=true")]
    public async Task A_streaming_list_asked_for_wrongly_is_invalid(string query)
    {
        var answer = await Api.Get($"{Leases}?{query}");

        Assert.That((answer.Code, answer.Reason), Is.EqualTo((422, "Invalid")), answer.ToString());
    }

    [Test]
    public async Task Ends_cleanly_when_its_time_is_up()
    {
        using var watch = await Api.Watch($"{Leases}?watch=1&timeoutSeconds=1&resourceVersion={(await Api.Get(Leases)).Version}");

        Assert.That(await watch.NextName(), Is.EqualTo("END"));
    }

    [Test]
    public async Task One_object_is_watched_by_name()
    {
        await Create("a");
        await Create("b");
        using var watch = await Api.Watch($"{Leases}?watch=1&fieldSelector=metadata.name%3Db");

        Assert.That(await watch.NextName(), Is.EqualTo("ADDED b"));
    }

    private async Task Create(string name)
    {
        var created = await Api.Post(Leases, $$$"""{"metadata":{"name":"{{{name}}}"},"spec":{} }""");
        Assert.That(created.Code, Is.EqualTo(201), created.ToString());
    }
}
