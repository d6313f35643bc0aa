namespace Sidecars.EmbeddedCluster.Tests;

/// <summary>What any API server does with lists. Runs against the cluster of KUBECONFIG where that is set.</summary>
internal sealed class ListContractTests
{
    private ContractCluster _cluster = null!;

    private ApiClient Api => _cluster.Client;

    private string Leases => $"/apis/coordination.k8s.io/v1/namespaces/{_cluster.Namespace}/leases";

    [SetUp]
    public async Task Connect()
    {
        _cluster = await ContractCluster.Connect();
        foreach (var name in new[] { "c", "a", "e", "b", "d" })
            await Api.Post(Leases, $$$"""{"metadata":{"name":"{{{name}}}","labels":{"vowel":"{{{(name is "a" or "e" ? "yes" : "no")}}}"}},"spec":{} }""");
    }

    [TearDown]
    public async Task Disconnect() => await _cluster.DisposeAsync();

    [Test]
    public async Task Is_ordered_by_name() => Assert.That((await Api.Get(Leases)).Names, Is.EqualTo(new[] { "a", "b", "c", "d", "e" }));

    [TestCase("labelSelector=vowel%3Dyes", "a,e")]
    [TestCase("labelSelector=vowel%20notin%20(yes)", "b,c,d")]
    [TestCase("fieldSelector=metadata.name%3Dc", "c")]
    [TestCase("fieldSelector=metadata.name!%3Dc&labelSelector=vowel%3Dno", "b,d")]
    [TestCase("resourceVersion=0", "a,b,c,d,e")]
    public async Task Shows_what_is_selected(string query, string expected) =>
        Assert.That(string.Join(",", (await Api.Get($"{Leases}?{query}")).Names), Is.EqualTo(expected));

    [Test]
    public async Task Pages_belong_together_whatever_happens_between_them()
    {
        var first = await Api.Get($"{Leases}?limit=2");
        await Api.Delete($"{Leases}/c");
        await Api.Post(Leases, """{"metadata":{"name":"bb"},"spec":{}}""");
        var second = await Api.Get($"{Leases}?limit=2&continue={Continue(first)}");
        var third = await Api.Get($"{Leases}?limit=2&continue={Continue(second)}");

        Assert.That(first.Names, Is.EqualTo(new[] { "a", "b" }));
        Assert.That(second.Names, Is.EqualTo(new[] { "c", "d" }));
        Assert.That(third.Names, Is.EqualTo(new[] { "e" }));
        Assert.That((int?)first.Body["metadata"]!["remainingItemCount"], Is.EqualTo(3));
        Assert.That(Continue(third), Is.Null);
        Assert.That((second.Version, third.Version), Is.EqualTo((first.Version, first.Version)));
    }

    [Test]
    public async Task An_exact_version_shows_the_past()
    {
        var before = await Api.Get(Leases);
        await Api.Delete($"{Leases}/c");

        var past = await Api.Get($"{Leases}?resourceVersion={before.Version}&resourceVersionMatch=Exact");

        Assert.That(past.Names, Does.Contain("c"));
        Assert.That(past.Version, Is.EqualTo(before.Version));
    }

    [TestCase("resourceVersionMatch=Exact", 422)]
    [TestCase("resourceVersion=0&resourceVersionMatch=Exact", 422)]
    [TestCase("resourceVersion=1&resourceVersionMatch=Roughly", 422)]
    [TestCase("labelSelector=a%20b", 400)]
    [TestCase("fieldSelector=spec.holderIdentity%3Dx", 400)]
    [TestCase("continue=rubbish", 400)]
    [TestCase("limit=x", 400)]
    [TestCase("timeoutSeconds=x", 400)]
    [TestCase("resourceVersion=abc", 400)]
    [TestCase("resourceVersion=-1", 400)]
    [TestCase("resourceVersion=abc&watch=1", 500)]
    [TestCase("resourceVersion=1&resourceVersionMatch=Exact", 410)]
    [TestCase("resourceVersion=1&limit=1", 410)]
    public async Task Refuses(string query, int code)
    {
        var answer = await Api.Get($"{Leases}?{query}");

        Assert.That(answer.Code, Is.EqualTo(code), answer.ToString());
    }

    [Test]
    public async Task Objects_of_the_cluster_can_be_selected_by_the_namespace_they_do_not_have()
    {
        var answer = await Api.Get("/apis/storage.k8s.io/v1/storageclasses?fieldSelector=metadata.namespace%3Dx");

        Assert.That(answer.Code, Is.EqualTo(200), answer.ToString());
        Assert.That(answer.Items, Is.Empty);
        Assert.That((await Api.Get("/api/v1/nodes?fieldSelector=metadata.namespace%3Dx")).Code, Is.EqualTo(400));
    }

    [Test]
    public async Task A_version_of_the_future_is_too_large()
    {
        var answer = await Api.Get($"{Leases}?resourceVersion=9000000000000000&resourceVersionMatch=NotOlderThan");

        Assert.That((answer.Code, answer.Reason), Is.EqualTo((504, "Timeout")));
        Assert.That((string?)answer.Body["details"]!["causes"]![0]!["reason"], Is.EqualTo("ResourceVersionTooLarge"));
    }

    [Test]
    public async Task A_table_has_columns_and_rows()
    {
        var table = await Api.Get(Leases, "application/json;as=Table;v=v1;g=meta.k8s.io,application/json");

        Assert.That((string?)table.Body["kind"], Is.EqualTo("Table"));
        Assert.That(table.Body["columnDefinitions"]!.AsArray().Select(column => (string)column!["name"]!), Is.EqualTo(new[] { "Name", "Holder", "Age" }));
        Assert.That(table.Body["rows"]!.AsArray(), Has.Count.EqualTo(5));
        Assert.That((string?)table.Body["rows"]![0]!["cells"]![0], Is.EqualTo("a"));
    }

    [Test]
    public async Task Partial_objects_have_metadata_alone()
    {
        var list = await Api.Get(Leases, "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1");

        Assert.That((string?)list.Body["kind"], Is.EqualTo("PartialObjectMetadataList"));
        Assert.That(list.Items[0]!.AsObject().ContainsKey("spec"), Is.False);
        Assert.That(list.Names.First(), Is.EqualTo("a"));
    }

    private static string? Continue(ApiAnswer answer) => (string?)answer.Body["metadata"]!["continue"];
}
