using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Tests;

/// <summary>
/// What any API server makes of a kind with several versions, fields to select by and columns: the snapshot kinds as the chart defines them. Runs
/// against the cluster of KUBECONFIG where that is set.
/// </summary>
internal sealed class VersionContractTests
{
    private const string Groups = "/apis/groupsnapshot.storage.k8s.io";
    private const string Deprecation = "299 - \"groupsnapshot.storage.k8s.io/v1beta1 VolumeGroupSnapshotContent is deprecated; use groupsnapshot.storage.k8s.io/v1 VolumeGroupSnapshotContent\"";

    private ContractCluster _cluster = null!;
    private string _name = "";

    private ApiClient Api => _cluster.Client;

    [OneTimeSetUp]
    public async Task Connect()
    {
        _cluster = await ContractCluster.Connect();
        await SnapshotDefinitions.Apply(Api);
    }

    [OneTimeTearDown]
    public async Task Disconnect() => await _cluster.DisposeAsync();

    [SetUp]
    public void Name() => _name = $"{_cluster.Unique}-{Guid.NewGuid().ToString("N")[..6]}";

    [TearDown]
    public async Task Remove()
    {
        await Api.Delete($"{Groups}/v1/volumegroupsnapshotcontents/{_name}");
        await Api.Delete($"/apis/snapshot.storage.k8s.io/v1/volumesnapshotcontents/{_name}");
    }

    [Test]
    public async Task What_the_version_of_storage_does_not_know_is_lost_on_the_way_in_and_what_another_does_not_know_is_not_shown()
    {
        await Api.Post($"{Groups}/v1beta1/volumegroupsnapshotcontents", Content("v1beta1"));
        var pairs = await Api.Merge($"{At("v1beta1")}/status", """{"status":{"readyToUse":true,"volumeSnapshotHandlePairList":[{"snapshotHandle":"s","volumeHandle":"v"}]}}""");
        var infos = await Api.Merge($"{At("v1")}/status", """{"status":{"volumeSnapshotInfoList":[{"snapshotHandle":"s","volumeHandle":"v"}]}}""");
        var asBeta2 = await Api.Get(At("v1beta2"));
        var asBeta1 = await Api.Get(At("v1beta1"));
        var listed = await Api.Get($"{Groups}/v1beta1/volumegroupsnapshotcontents");
        await Api.Merge(At("v1beta1"), """{"metadata":{"labels":{"a":"b"}}}""");
        var after = await Api.Get(At("v1"));

        Assert.That(pairs.Body["status"]!.ToJsonString(), Is.EqualTo("""{"readyToUse":true}"""));
        Assert.That(Same(infos.Body["status"], """{"readyToUse":true,"volumeSnapshotInfoList":[{"snapshotHandle":"s","volumeHandle":"v"}]}"""), infos.ToString());
        Assert.That(((string?)asBeta2.Body["apiVersion"], (string?)asBeta1.Body["apiVersion"]), Is.EqualTo(("groupsnapshot.storage.k8s.io/v1beta2", "groupsnapshot.storage.k8s.io/v1beta1")));
        Assert.That(JsonNode.DeepEquals(asBeta2.Body["status"], infos.Body["status"]), asBeta2.ToString());
        Assert.That(asBeta1.Body["status"]!.ToJsonString(), Is.EqualTo("""{"readyToUse":true}"""));
        Assert.That(listed.Items.Single(item => (string?)item!["metadata"]!["name"] == _name)!["status"]!.ToJsonString(), Is.EqualTo("""{"readyToUse":true}"""));
        Assert.That(after.Body["status"]!.ToJsonString(), Is.EqualTo("""{"readyToUse":true}"""), "a write through the old version loses what that does not know");
    }

    [Test]
    public async Task A_watch_shows_each_version_its_own_form()
    {
        await Api.Post($"{Groups}/v1/volumegroupsnapshotcontents", Content("v1"));
        await Api.Merge($"{At("v1")}/status", """{"status":{"readyToUse":true,"volumeSnapshotInfoList":[{"snapshotHandle":"s"}]}}""");

        using var old = await Api.Watch($"{Groups}/v1beta1/volumegroupsnapshotcontents?watch=1&fieldSelector=metadata.name={_name}");
        using var current = await Api.Watch($"{Groups}/v1/volumegroupsnapshotcontents?watch=1&fieldSelector=metadata.name={_name}");

        Assert.That((await old.Next())!["object"]!["status"]!.ToJsonString(), Is.EqualTo("""{"readyToUse":true}"""));
        Assert.That((await current.Next())!["object"]!["status"]!["volumeSnapshotInfoList"]!.AsArray(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_deprecated_version_says_so_in_every_answer()
    {
        var created = await Api.Post($"{Groups}/v1beta1/volumegroupsnapshotcontents", Content("v1beta1"));
        var read = await Api.Get(At("v1beta1"));
        var listed = await Api.Get($"{Groups}/v1beta1/volumegroupsnapshotcontents");
        var missing = await Api.Get($"{Groups}/v1beta1/volumegroupsnapshotcontents/no-such-content");
        var current = await Api.Get(At("v1"));

        foreach (var answer in (ApiAnswer[])[created, read, listed, missing]) Assert.That(answer.Warnings, Is.EqualTo(new[] { Deprecation }), answer.ToString());
        Assert.That(current.Warnings, Is.Empty);
    }

    [Test]
    public async Task Contents_are_selected_by_their_driver_in_the_versions_that_say_so()
    {
        await Api.Post($"{Groups}/v1beta1/volumegroupsnapshotcontents", Content("v1beta1"));
        var own = await Api.Get($"{Groups}/v1/volumegroupsnapshotcontents?fieldSelector=spec.driver={_name}");
        var others = await Api.Get($"{Groups}/v1/volumegroupsnapshotcontents?fieldSelector=spec.driver!={_name}");
        var old = await Api.Get($"{Groups}/v1beta1/volumegroupsnapshotcontents?fieldSelector=spec.driver={_name}");
        var unknown = await Api.Get($"{Groups}/v1/volumegroupsnapshotcontents?fieldSelector=spec.deletionPolicy=Delete");

        Assert.That(own.Names, Is.EqualTo(new[] { _name }));
        Assert.That(others.Names, Does.Not.Contain(_name));
        Assert.That((old.Code, old.Message), Is.EqualTo((400, "field label not supported: spec.driver")));
        Assert.That((unknown.Code, unknown.Message), Is.EqualTo((400, "field label not supported: spec.deletionPolicy")));
    }

    [Test]
    public async Task A_watch_of_one_drivers_contents_shows_one_that_becomes_its_own_and_one_that_ceases_to_be()
    {
        const string contents = "/apis/snapshot.storage.k8s.io/v1/volumesnapshotcontents";
        using var watch = await Api.Watch($"{contents}?watch=1&fieldSelector=spec.driver={_name}");
        await Api.Post(contents, $$$"""{"apiVersion":"snapshot.storage.k8s.io/v1","kind":"VolumeSnapshotContent","metadata":{"name":"{{{_name}}}"},"spec":{"deletionPolicy":"Retain","driver":"other","source":{"volumeHandle":"h"},"volumeSnapshotRef":{"name":"n","namespace":"s"} } }""");
        await Api.Merge($"{contents}/{_name}", $$$"""{"spec":{"driver":"{{{_name}}}"} }""");
        await Api.Merge($"{contents}/{_name}", """{"spec":{"driver":"other"}}""");

        Assert.That((string?)(await watch.Next())!["type"], Is.EqualTo("ADDED"));
        Assert.That((string?)(await watch.Next())!["type"], Is.EqualTo("DELETED"));
    }

    [Test]
    public async Task A_version_or_a_resource_that_no_definition_serves_is_no_page()
    {
        foreach (var path in (string[])["/apis/snapshot.storage.k8s.io/v1beta1", "/apis/snapshot.storage.k8s.io/v1beta1/volumesnapshotclasses", "/apis/snapshot.storage.k8s.io/v1/nosuch"])
            Assert.That(await Api.Get(path), Has.Property("Code").EqualTo(404).And.Property("Reason").Empty, path);
        var group = await Api.Get("/apis/snapshot.storage.k8s.io");
        Assert.That(group.Body["versions"]!.AsArray().Select(version => (string?)version!["version"]), Is.EqualTo(new[] { "v1" }));
        var groups = await Api.Get(Groups);
        Assert.That(groups.Body["versions"]!.AsArray().Select(version => (string?)version!["version"]), Is.EqualTo(new[] { "v1", "v1beta2", "v1beta1" }));
    }

    [Test]
    public async Task A_table_has_the_columns_of_the_definition()
    {
        await Api.Post($"{Groups}/v1/volumegroupsnapshotcontents", Content("v1"));
        await Api.Merge($"{At("v1")}/status", """{"status":{"readyToUse":false}}""");

        var table = await Api.Get(At("v1"), "application/json;as=Table;v=v1;g=meta.k8s.io");

        Assert.That(table.Body["columnDefinitions"]!.AsArray().Select(column => $"{column!["name"]}:{column["type"]}"), Is.EqualTo(new[]
        {
            "Name:string", "ReadyToUse:boolean", "DeletionPolicy:string", "Driver:string", "VolumeGroupSnapshotClass:string", "VolumeGroupSnapshotNamespace:string", "VolumeGroupSnapshot:string", "Age:date",
        }));
        Assert.That(
            new JsonArray([.. table.Body["rows"]![0]!["cells"]!.AsArray().SkipLast(1).Select(cell => cell?.DeepClone())]).ToJsonString(),
            Is.EqualTo($"[\"{_name}\",false,\"Delete\",\"{_name}\",null,\"s\",\"n\"]"));
    }

    [Test]
    public async Task Fields_no_definition_knows_are_dropped_with_a_warning_or_refused()
    {
        var body = TestStorage.Json(Content("v1"));
        body["spec"]!["extra"] = 1;

        var strict = await Api.Post($"{Groups}/v1/volumegroupsnapshotcontents?fieldValidation=Strict", body.ToJsonString());
        var warned = await Api.Post($"{Groups}/v1/volumegroupsnapshotcontents?dryRun=All", body.ToJsonString());
        var silent = await Api.Post($"{Groups}/v1/volumegroupsnapshotcontents?dryRun=All&fieldValidation=Ignore", body.ToJsonString());

        Assert.That((strict.Code, strict.Message), Is.EqualTo((400, "VolumeGroupSnapshotContent in version \"v1\" cannot be handled as a VolumeGroupSnapshotContent: strict decoding error: unknown field \"spec.extra\"")));
        Assert.That((warned.Code, silent.Code, warned.Body["spec"]!["extra"]), Is.EqualTo((201, 201, (object?)null)));
        Assert.That(warned.Warnings, Is.EqualTo(new[] { "299 - \"unknown field \\\"spec.extra\\\"\"" }));
        Assert.That(silent.Warnings, Is.Empty);
    }

    private static bool Same(JsonNode? value, string expected) => JsonNode.DeepEquals(value, JsonNode.Parse(expected));

    private string At(string version) => $"{Groups}/{version}/volumegroupsnapshotcontents/{_name}";

    private string Content(string version) =>
        $$$"""
        {"apiVersion":"groupsnapshot.storage.k8s.io/{{{version}}}","kind":"VolumeGroupSnapshotContent","metadata":{"name":"{{{_name}}}"},
         "spec":{"deletionPolicy":"Delete","driver":"{{{_name}}}","source":{"volumeHandles":["a"]},"volumeGroupSnapshotRef":{"name":"n","namespace":"s"} } }
        """;
}
