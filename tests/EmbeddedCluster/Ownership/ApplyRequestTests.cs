namespace Sidecars.EmbeddedCluster.Tests;

/// <summary>Apply as a request: its form, its options, its answers.</summary>
internal sealed class ApplyRequestTests
{
    private const string Path = "/api/v1/namespaces/default/configmaps/c";
    private const string Yaml =
        """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: c}
        data:
          k: "v"
        """;

    private static readonly ClusterUser s_admin = new("admin", "admin-token", "system:masters");
    private static readonly ClusterUser s_patcher = new("patcher", "patcher-token");

    private ClusterServer _cluster = null!;
    private ApiClient _admin = null!;

    [SetUp]
    public async Task Start()
    {
        _cluster = await ClusterServer.StartAsync(new ClusterOptions { UseRbac = true, AllowAnonymous = false, Users = [s_admin, s_patcher] });
        _admin = new ApiClient(_cluster.Url, s_admin.Token, "applier/v1 (linux)");
    }

    [TearDown]
    public async Task Stop()
    {
        _admin.Dispose();
        await _cluster.DisposeAsync();
    }

    [Test]
    public async Task What_it_makes_is_created_and_what_it_changes_is_not()
    {
        Assert.That((await _admin.Apply($"{Path}?fieldManager=m", Yaml)).Code, Is.EqualTo(201));
        Assert.That((await _admin.Apply($"{Path}?fieldManager=m", Yaml.Replace("\"v\"", "\"w\"", StringComparison.Ordinal))).Code, Is.EqualTo(200));
        Assert.That((await _admin.Apply($"{Path}?fieldManager=m", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"},"data":{"k":"x"}}""")).Body.Text("data", "k"), Is.EqualTo("x"));
    }

    [Test]
    public async Task It_has_to_say_whose_it_is_and_nothing_else_can_be_forced()
    {
        Assert.That((await _admin.Apply(Path, Yaml)).Message, Does.EndWith("fieldManager: Required value: is required for apply patch"));
        Assert.That((await _admin.Merge($"{Path}?force=true", "{}")).Message, Does.EndWith("force: Forbidden: may not be specified for non-apply patch"));
        Assert.That((await _admin.Apply($"{Path}?fieldManager=m&force=true", Yaml)).Code, Is.EqualTo(201));
    }

    [TestCase("a: [")]
    [TestCase("[]")]
    [TestCase("""{"kind":"ConfigMap","kind":"ConfigMap"}""")]
    public async Task What_is_no_object_is_refused(string body)
    {
        var answer = await _admin.Apply($"{Path}?fieldManager=m", body);
        Assert.That((answer.Code, answer.Message), Is.EqualTo((400, answer.Message)));
        Assert.That(answer.Message, Does.StartWith("error decoding YAML"));
    }

    [Test]
    public async Task A_conflict_names_each_field()
    {
        await _admin.Apply($"{Path}?fieldManager=one", Yaml);
        var answer = await _admin.Apply($"{Path}?fieldManager=two", Yaml.Replace("\"v\"", "\"w\"", StringComparison.Ordinal));
        Assert.That((answer.Code, answer.Reason), Is.EqualTo((409, "Conflict")));
        Assert.That(answer.Body["details"]!["causes"]!.ToJsonString(), Is.EqualTo("""[{"reason":"FieldManagerConflict","message":"conflict with \u0022one\u0022","field":".data.k"}]"""));
    }

    [Test]
    public async Task Who_gives_no_name_is_known_by_the_program()
    {
        await _admin.Apply($"{Path}?fieldManager=one", Yaml);
        await _admin.Merge(Path, """{"data":{"k":"w"}}""");
        var answer = await _admin.Apply($"{Path}?fieldManager=one", Yaml);
        Assert.That(answer.Message, Is.EqualTo("Apply failed with 1 conflict: conflict with \"applier\" using v1: .data.k"));
    }

    [Test]
    public async Task To_make_an_object_takes_the_right_to_create_it()
    {
        foreach (var (resource, content) in ((string, string)[])[
            ("roles", """{"metadata":{"name":"r","namespace":"default"},"rules":[{"apiGroups":[""],"resources":["configmaps"],"verbs":["patch"]}]}"""),
            ("rolebindings", """{"metadata":{"name":"r","namespace":"default"},"roleRef":{"kind":"Role","name":"r"},"subjects":[{"kind":"User","name":"patcher"}]}""")])
            _ = _cluster.Storage.Create(resource, TestStorage.Json(content)).Value;
        using var patcher = new ApiClient(_cluster.Url, s_patcher.Token);

        var refused = await patcher.Apply($"{Path}?fieldManager=m", Yaml);
        Assert.That((refused.Code, refused.Message), Is.EqualTo((403, "configmaps \"c\" is forbidden: User \"patcher\" cannot create resource \"configmaps\" in API group \"\" in the namespace \"default\"")));
        await _admin.Apply($"{Path}?fieldManager=m", Yaml);
        Assert.That((await patcher.Apply($"{Path}?fieldManager=m", Yaml)).Code, Is.EqualTo(200));
    }
}
