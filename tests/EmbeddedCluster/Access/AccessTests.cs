namespace Sidecars.EmbeddedCluster.Tests;

internal sealed class AccessTests
{
    private static readonly ClusterUser Admin = new("admin", "admin-token", "system:masters");
    private static readonly ClusterUser Sidecar = new("system:serviceaccount:default:sidecar", "sidecar-token");

    private ClusterServer _cluster = null!;
    private ApiClient _admin = null!;
    private ApiClient _sidecar = null!;

    [SetUp]
    public async Task Start()
    {
        _cluster = await ClusterServer.StartAsync(new ClusterOptions { UseRbac = true, AllowAnonymous = false, Users = [Admin, Sidecar] });
        _admin = new ApiClient(_cluster.Url, Admin.Token);
        _sidecar = new ApiClient(_cluster.Url, Sidecar.Token);
    }

    [TearDown]
    public async Task Stop()
    {
        _admin.Dispose();
        _sidecar.Dispose();
        await _cluster.DisposeAsync();
    }

    [Test]
    public async Task Without_a_good_token_nobody_is_let_in()
    {
        using var nobody = new ApiClient(_cluster.Url);
        using var stranger = new ApiClient(_cluster.Url, "wrong");

        Assert.That(((await nobody.Get(Manifest.Volumes)).Code, (await stranger.Get(Manifest.Volumes)).Code), Is.EqualTo((401, 401)));
    }

    [Test]
    public async Task What_no_role_allows_is_forbidden()
    {
        var list = await _sidecar.Get(Manifest.Volumes);
        var named = await _sidecar.Get("/api/v1/namespaces/default/secrets/s");

        Assert.That((list.Code, list.Reason), Is.EqualTo((403, "Forbidden")));
        Assert.That(list.Message, Is.EqualTo("persistentvolumes is forbidden: User \"system:serviceaccount:default:sidecar\" cannot list resource \"persistentvolumes\" in API group \"\" at the cluster scope"));
        Assert.That(named.Message, Does.EndWith("cannot get resource \"secrets\" in API group \"\" in the namespace \"default\""));
    }

    [Test]
    public async Task A_cluster_role_allows_what_it_lists_and_no_more()
    {
        await Grant("clusterroles", "clusterrolebindings", "ClusterRole",
            """{"apiGroups":[""],"resources":["persistentvolumes"],"verbs":["get","list"]},{"apiGroups":["storage.k8s.io"],"resources":["volumeattachments/status"],"verbs":["patch"]}""");

        Assert.That((await _sidecar.Get(Manifest.Volumes)).Code, Is.EqualTo(200));
        Assert.That((await _sidecar.Get($"{Manifest.Volumes}?watch=1")).Code, Is.EqualTo(403));
        Assert.That((await _sidecar.Merge($"{Manifest.Attachments}/a/status", "{}")).Code, Is.EqualTo(404), "allowed, but not there");
        Assert.That((await _sidecar.Merge($"{Manifest.Attachments}/a", "{}")).Code, Is.EqualTo(403));
    }

    [Test]
    public async Task A_role_holds_in_its_namespace_and_for_its_names()
    {
        const string role = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/";
        await _admin.Post(role + "roles", """{"metadata":{"name":"r"},"rules":[{"apiGroups":[""],"resources":["configmaps"],"resourceNames":["mine"],"verbs":["*"]}]}""");
        await _admin.Post(role + "rolebindings", """{"metadata":{"name":"b"},"roleRef":{"kind":"Role","name":"r"},"subjects":[{"kind":"ServiceAccount","name":"sidecar","namespace":"default"}]}""");

        Assert.That((await _sidecar.Get($"{Manifest.ConfigMaps}/mine")).Code, Is.EqualTo(404), "allowed, but not there");
        Assert.That((await _sidecar.Get($"{Manifest.ConfigMaps}/other")).Code, Is.EqualTo(403));
        Assert.That((await _sidecar.Get("/api/v1/namespaces/kube-system/configmaps/mine")).Code, Is.EqualTo(403));
        Assert.That((await _sidecar.Get($"{Manifest.ConfigMaps}?fieldSelector=metadata.name%3Dmine")).Code, Is.EqualTo(200), "a list of the one name");
    }

    [Test]
    public async Task Everybody_may_ask_what_he_may_do_and_nobody_without_a_role_about_others()
    {
        const string reviews = "/apis/authorization.k8s.io/v1/";
        await Grant("clusterroles", "clusterrolebindings", "ClusterRole", """{"apiGroups":[""],"resources":["persistentvolumes"],"verbs":["get","list"]}""");

        Assert.That(await Allows("list", "persistentvolumes"), Is.True);
        Assert.That(await Allows("watch", "persistentvolumes"), Is.False);
        Assert.That(await Allows("get", "secrets"), Is.False);
        var about = await _sidecar.Post(reviews + "subjectaccessreviews", """{"spec":{"user":"x","resourceAttributes":{"verb":"get","resource":"pods"}}}""");
        Assert.That((about.Code, about.Reason), Is.EqualTo((403, "Forbidden")));
        var asked = await _admin.Post(reviews + "subjectaccessreviews", $$"""{"spec":{"user":"{{Sidecar.Name}}","resourceAttributes":{"verb":"get","resource":"persistentvolumes"} } }""");
        Assert.That((bool?)asked.Body["status"]!["allowed"], Is.True, asked.ToString());
        var rules = await _sidecar.Post(reviews + "selfsubjectrulesreviews", """{"spec":{"namespace":"default"}}""");
        Assert.That(rules.Body["status"]!["resourceRules"]!.AsArray(), Has.Count.EqualTo(1));
        var self = await _sidecar.Post("/apis/authentication.k8s.io/v1/selfsubjectreviews", "{}");
        Assert.That((string?)self.Body["status"]!["userInfo"]!["username"], Is.EqualTo(Sidecar.Name));

        async Task<bool?> Allows(string verb, string resource)
        {
            var answer = await _sidecar.Post(reviews + "selfsubjectaccessreviews", $$"""{"spec":{"resourceAttributes":{"verb":"{{verb}}","resource":"{{resource}}"} } }""");
            return (bool?)answer.Body["status"]!["allowed"];
        }
    }

    [Test]
    public async Task A_token_that_an_account_was_given_is_the_account_s_until_that_is_deleted()
    {
        const string accounts = "/api/v1/namespaces/default/serviceaccounts";
        await _admin.Post(accounts, """{"metadata":{"name":"a"}}""");
        var issued = await _admin.Post($"{accounts}/a/token", """{"spec":{}}""");
        using var account = new ApiClient(_cluster.Url, (string)issued.Body["status"]!["token"]!);

        var self = await account.Post("/apis/authentication.k8s.io/v1/selfsubjectreviews", "{}");
        Assert.That((string?)self.Body["status"]!["userInfo"]!["username"], Is.EqualTo("system:serviceaccount:default:a"));
        Assert.That((await account.Get(Manifest.Volumes)).Code, Is.EqualTo(403));
        await _admin.Delete($"{accounts}/a");
        Assert.That((await account.Get(Manifest.Volumes)).Code, Is.EqualTo(401));
    }

    [Test]
    public async Task A_permission_that_is_withdrawn_is_gone()
    {
        await Grant("clusterroles", "clusterrolebindings", "ClusterRole", """{"apiGroups":["*"],"resources":["*"],"verbs":["*"]}""");
        Assert.That((await _sidecar.Get(Manifest.Volumes)).Code, Is.EqualTo(200));

        await _admin.Delete("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/b");

        Assert.That((await _sidecar.Get(Manifest.Volumes)).Code, Is.EqualTo(403));
    }

    [Test]
    public async Task Discovery_is_open_to_whoever_has_a_token() => Assert.That((await _sidecar.Get("/apis")).Code, Is.EqualTo(200));

    [Test]
    public void A_user_prints_without_its_token() => Assert.That(Admin.ToString(), Is.EqualTo("admin"));

    private async Task Grant(string roles, string bindings, string kind, string rules)
    {
        const string group = "/apis/rbac.authorization.k8s.io/v1/";
        await _admin.Post(group + roles, $$"""{"metadata":{"name":"r"},"rules":[{{rules}}]}""");
        await _admin.Post(group + bindings, """{"metadata":{"name":"b"},"roleRef":{"kind":"KIND","name":"r"},"subjects":[{"kind":"ServiceAccount","name":"sidecar","namespace":"default"}]}""".Replace("KIND", kind, StringComparison.Ordinal));
    }
}
