namespace Sidecars.EmbeddedCluster.Tests;

internal sealed class CustomResourceTests
{
    private const string Widgets = "/apis/example.com/v1/namespaces/default/widgets";
    private const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    private ClusterServer _cluster = null!;
    private ApiClient _api = null!;

    [SetUp]
    public async Task Start()
    {
        _cluster = await ClusterServer.StartAsync();
        _api = new ApiClient(_cluster.Url);
        var created = await _api.Post(Definitions, Manifest.WidgetDefinition);
        Assert.That(created.Code, Is.EqualTo(201), created.ToString());
    }

    [TearDown]
    public async Task Stop()
    {
        _api.Dispose();
        await _cluster.DisposeAsync();
    }

    [Test]
    public async Task A_definition_is_established_and_discovered()
    {
        var definition = await _api.Get($"{Definitions}/widgets.example.com");
        var resources = await _api.Get("/apis/example.com/v1");
        var group = await _api.Get("/apis/example.com");

        Assert.That(definition.Body["status"]!["conditions"]!.AsArray().Select(condition => $"{condition!["type"]}={condition["status"]}"),
            Is.EqualTo(new[] { "NamesAccepted=True", "Established=True" }));
        Assert.That(resources.Body["resources"]!.AsArray().Select(resource => (string)resource!["name"]!), Is.EqualTo(new[] { "widgets", "widgets/status" }));
        Assert.That((string?)group.Body["preferredVersion"]!["version"], Is.EqualTo("v1"));
    }

    [Test]
    public async Task An_object_is_pruned_and_gets_its_defaults()
    {
        var created = await _api.Post(Widgets, """{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"w"},"spec":{"size":1,"extra":true},"status":{"ready":true}}""");

        Assert.That(created.Code, Is.EqualTo(201), created.ToString());
        Assert.That(created.Body["spec"]!.ToJsonString(), Is.EqualTo("""{"size":1,"color":"red"}"""));
        Assert.That(created.Body["status"], Is.Null);
        Assert.That((int?)created.Body["metadata"]!["generation"], Is.EqualTo(1));
        Assert.That(created.Warnings, Has.Some.Contain("spec.extra"));
    }

    [TestCase("""{}""", "spec: Required value")]
    [TestCase("""{"spec":{}}""", "spec.size: Required value")]
    [TestCase("""{"spec":{"size":"big"}}""", "spec.size: Invalid value: \"string\": spec.size in body must be of type integer: \"string\"")]
    [TestCase("""{"spec":{"size":0}}""", "spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1")]
    [TestCase("""{"spec":{"size":1,"color":"green"}}""", "spec.color: Unsupported value: \"green\": supported values: \"red\", \"blue\"")]
    [TestCase("""{"spec":{"size":1,"code":"A1"}}""", "spec.code: Invalid value: \"A1\": spec.code in body should match '^[a-z]+$'")]
    public async Task An_object_against_the_schema_is_invalid(string change, string expected)
    {
        var body = MergePatch.Apply(TestStorage.Json("""{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"w"}}"""), TestStorage.Json(change));

        var answer = await _api.Post(Widgets, body.ToJsonString());

        Assert.That((answer.Code, answer.Reason), Is.EqualTo((422, "Invalid")), answer.ToString());
        Assert.That(answer.Message, Does.Contain(expected));
    }

    [Test]
    public async Task The_generation_counts_changes_of_the_spec_alone()
    {
        await Create();
        var labelled = await _api.Merge($"{Widgets}/w", """{"metadata":{"labels":{"a":"b"}}}""");
        var status = await _api.Merge($"{Widgets}/w/status", """{"status":{"ready":true},"metadata":{"labels":{"a":"c"}}}""");
        var changed = await _api.Merge($"{Widgets}/w", """{"spec":{"size":2}}""");

        Assert.That(((int?)labelled.Body["metadata"]!["generation"], (int?)status.Body["metadata"]!["generation"], (int?)changed.Body["metadata"]!["generation"]), Is.EqualTo((1, 1, 2)));
        Assert.That((bool?)status.Body["status"]!["ready"], Is.True);
        Assert.That((string?)status.Body["metadata"]!["labels"]!["a"], Is.EqualTo("b"), "a status write leaves metadata alone");
    }

    [Test]
    public async Task A_strategic_merge_patch_is_not_supported()
    {
        await Create();

        Assert.That((await _api.Strategic($"{Widgets}/w", """{"spec":{"size":2}}""")).Code, Is.EqualTo(415));
    }

    [Test]
    public async Task Every_served_version_shows_the_same_object()
    {
        await Create();

        var beta = await _api.Get("/apis/example.com/v1beta1/namespaces/default/widgets/w");
        var list = await _api.Get("/apis/example.com/v1beta1/namespaces/default/widgets");
        using var watch = await _api.Watch($"{Widgets}?watch=1");

        Assert.That((string?)beta.Body["apiVersion"], Is.EqualTo("example.com/v1beta1"));
        Assert.That(beta.Warnings, Has.Some.Contain("example.com/v1beta1 Widget is deprecated"));
        Assert.That((string?)list.Items[0]!["apiVersion"], Is.EqualTo("example.com/v1beta1"));
        Assert.That((string?)(await watch.Next())!["object"]!["apiVersion"], Is.EqualTo("example.com/v1"));
    }

    [Test]
    public async Task A_definition_that_goes_takes_its_objects_and_its_paths_with_it()
    {
        await Create();

        await _api.Delete($"{Definitions}/widgets.example.com");

        Assert.That((await _api.Get(Widgets)).Code, Is.EqualTo(404));
        Assert.That((await _api.Get("/apis/example.com/v1")).Code, Is.EqualTo(404));
    }

    [Test]
    public async Task A_protected_group_needs_an_approval()
    {
        var body = Manifest.WidgetDefinition.Replace("example.com", "storage.k8s.io", StringComparison.Ordinal);

        var answer = await _api.Post(Definitions, body);

        Assert.That(answer.Code, Is.EqualTo(422));
        Assert.That(answer.Message, Does.Contain("protected groups must have approval annotation \"api-approved.kubernetes.io\""));
    }

    private async Task Create() =>
        await _api.Post(Widgets, """{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"w"},"spec":{"size":1}}""");
}
