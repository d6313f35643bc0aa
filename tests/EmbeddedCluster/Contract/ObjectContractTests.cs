namespace Sidecars.EmbeddedCluster.Tests;

/// <summary>What any API server does with objects. Runs against the cluster of KUBECONFIG where that is set.</summary>
internal sealed class ObjectContractTests
{
    private ContractCluster _cluster = null!;

    private ApiClient Api => _cluster.Client;

    private string ConfigMaps => $"/api/v1/namespaces/{_cluster.Namespace}/configmaps";

    private string Claims => $"/api/v1/namespaces/{_cluster.Namespace}/persistentvolumeclaims";

    [SetUp]
    public async Task Connect() => _cluster = await ContractCluster.Connect();

    [TearDown]
    public async Task Disconnect() => await _cluster.DisposeAsync();

    [Test]
    public async Task A_created_object_has_identity_and_version()
    {
        var created = await Api.Post(ConfigMaps, Manifest.ConfigMap("a"));

        Assert.That(created.Code, Is.EqualTo(201), created.ToString());
        Assert.That((string?)created.Body["metadata"]!["uid"], Has.Length.EqualTo(36));
        Assert.That(long.Parse(created.Version, System.Globalization.CultureInfo.InvariantCulture), Is.GreaterThan(1));
        Assert.That((string?)created.Body["metadata"]!["creationTimestamp"], Does.Match(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"));
        Assert.That((string?)created.Body["metadata"]!["namespace"], Is.EqualTo(_cluster.Namespace));
    }

    [Test]
    public async Task A_second_object_of_the_same_name_is_a_conflict()
    {
        await Api.Post(ConfigMaps, Manifest.ConfigMap("a"));

        var again = await Api.Post(ConfigMaps, Manifest.ConfigMap("a"));

        Assert.That((again.Code, again.Reason, again.Message), Is.EqualTo((409, "AlreadyExists", "configmaps \"a\" already exists")));
    }

    [Test]
    public async Task A_generated_name_has_five_random_characters()
    {
        var created = await Api.Post(ConfigMaps, """{"metadata":{"generateName":"gen-"}}""");

        Assert.That((string?)created.Body["metadata"]!["name"], Does.Match("^gen-[bcdfghjklmnpqrstvwxz2456789]{5}$"));
    }

    [Test]
    public async Task What_does_not_exist_is_not_found()
    {
        var missing = await Api.Get($"{ConfigMaps}/nope");
        var missingNamespace = await Api.Post("/api/v1/namespaces/does-not-exist/configmaps", Manifest.ConfigMap("a"));
        var missingGroup = await Api.Get("/apis/nothing.example.com/v1");

        Assert.That((missing.Code, missing.Reason, missing.Message), Is.EqualTo((404, "NotFound", "configmaps \"nope\" not found")));
        Assert.That((missingNamespace.Code, missingNamespace.Message), Is.EqualTo((404, "namespaces \"does-not-exist\" not found")));
        Assert.That(missingGroup.Code, Is.EqualTo(404));
    }

    [TestCase("GET", "/apis/nothing.example.com/v1")]
    [TestCase("GET", "/apis/nothing.example.com/v1/namespaces/default/things/a")]
    [TestCase("POST", "/apis/nothing.example.com/v1/things")]
    [TestCase("GET", "/nothing")]
    public async Task A_group_that_nobody_serves_is_no_page_and_no_status(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = method == "POST" ? new StringContent("{}") : null };
        using var answer = await Api.Http.SendAsync(request).WaitAsync(TestLimits.Wait);

        Assert.That(((int)answer.StatusCode, answer.Content.Headers.ContentType?.ToString()), Is.EqualTo((404, "text/plain; charset=utf-8")));
        Assert.That(await answer.Content.ReadAsStringAsync(), Is.EqualTo("404 page not found\n"));
    }

    [TestCase("GET", "/apis/storage.k8s.io/v9/csinodes")]
    [TestCase("GET", "/apis/storage.k8s.io/v1/things")]
    [TestCase("GET", "/api/v1/things")]
    public async Task A_resource_that_a_group_does_not_serve_is_a_status(string method, string path)
    {
        var answer = await Api.Send(new HttpMethod(method), path, null, "");

        Assert.That((answer.Code, answer.Reason, answer.Message), Is.EqualTo((404, "NotFound", "the server could not find the requested resource")));
    }

    [TestCase("POST", "/api")]
    [TestCase("DELETE", "/version")]
    [TestCase("DELETE", "/api/v1/configmaps")]
    [TestCase("HEAD", "/api/v1/persistentvolumes")]
    [TestCase("HEAD", "/api")]
    public async Task A_method_that_a_path_does_not_know_is_refused(string method, string path) =>
        Assert.That((await Api.Send(new HttpMethod(method), path, method == "POST" ? "{}" : null, "application/json")).Code, Is.EqualTo(405));

    [TestCase("""{"kind":"Secret","apiVersion":"v1","metadata":{"name":"a"}}""", TestName = "A_body_of_another_kind_is_a_bad_request")]
    [TestCase("""{"kind":"ConfigMap","apiVersion":"v2","metadata":{"name":"a"}}""", TestName = "A_body_of_another_version_is_a_bad_request")]
    [TestCase("""{"metadata":{"name":"a","namespace":"elsewhere"}}""", TestName = "A_body_of_another_namespace_is_a_bad_request")]
    [TestCase("""{"metadata":{"name":"a"},"data":"text"}""", TestName = "A_field_of_a_wrong_type_is_a_bad_request")]
    [TestCase("""{"metadata":""", TestName = "A_body_that_is_not_JSON_is_a_bad_request")]
    public async Task Refuses(string body)
    {
        var answer = await Api.Post(ConfigMaps, body);

        Assert.That((answer.Code, answer.Reason), Is.EqualTo((400, "BadRequest")), answer.ToString());
    }

    [Test]
    public async Task A_new_object_with_a_version_is_refused_without_a_reason()
    {
        var answer = await Api.Post(ConfigMaps, """{"metadata":{"name":"a","resourceVersion":"5"}}""");

        Assert.That((answer.Code, answer.Reason, answer.Message), Is.EqualTo((500, "", "resourceVersion should not be set on objects to be created")));
    }

    [TestCase("""{"metadata":{"resourceVersion":null}}""")]
    [TestCase("""{"metadata":{"resourceVersion":""}}""")]
    [TestCase("""{"metadata":{"resourceVersion":"0"}}""")]
    public async Task A_patch_may_not_take_the_version_of_a_kind_that_must_name_it(string patch)
    {
        var leases = $"/apis/coordination.k8s.io/v1/namespaces/{_cluster.Namespace}/leases";
        await Api.Post(leases, """{"metadata":{"name":"a"},"spec":{}}""");
        await Api.Post(ConfigMaps, Manifest.ConfigMap("a"));

        var lease = await Api.Merge($"{leases}/a", patch);
        var map = await Api.Merge($"{ConfigMaps}/a", patch);

        Assert.That((lease.Code, lease.Reason), Is.EqualTo((422, "Invalid")), lease.ToString());
        Assert.That(lease.Message, Is.EqualTo("leases.coordination.k8s.io \"a\" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update"));
        Assert.That(map.Code, Is.EqualTo(200), map.ToString());
    }

    [Test]
    public async Task A_lease_that_an_update_creates_is_answered_as_created()
    {
        var created = await Api.Put($"/apis/coordination.k8s.io/v1/namespaces/{_cluster.Namespace}/leases/a", """{"metadata":{"name":"a","resourceVersion":"1"},"spec":{}}""");

        Assert.That(created.Code, Is.EqualTo(201), created.ToString());
    }

    [Test]
    public async Task A_name_that_a_deleted_object_still_holds_is_said_to_be_so()
    {
        await Api.Post(ConfigMaps, """{"metadata":{"name":"a","finalizers":["example.com/hold"]}}""");
        await Api.Delete($"{ConfigMaps}/a");

        var again = await Api.Post(ConfigMaps, Manifest.ConfigMap("a"));
        await Api.Merge($"{ConfigMaps}/a", """{"metadata":{"finalizers":null}}""");

        Assert.That((again.Code, again.Reason, again.Message), Is.EqualTo((409, "AlreadyExists", "object is being deleted: configmaps \"a\" already exists")));
    }

    [TestCase("""{"metadata":{"labels":5}}""")]
    [TestCase("""{"kind":"Secret"}""")]
    [TestCase("""{"data":[]}""")]
    public async Task A_patch_that_leaves_no_object_of_the_kind_is_invalid(string patch)
    {
        await Api.Post(ConfigMaps, Manifest.ConfigMap("a"));

        var answer = await Api.Merge($"{ConfigMaps}/a", patch);

        Assert.That((answer.Code, answer.Reason), Is.EqualTo((422, "Invalid")), answer.ToString());
        Assert.That(answer.Message, Does.StartWith(" \"\" is invalid: patch: Invalid value: "));
    }

    [Test]
    public async Task A_patch_that_is_null_is_a_bad_request()
    {
        await Api.Post(ConfigMaps, Manifest.ConfigMap("a"));

        var answer = await Api.Merge($"{ConfigMaps}/a", "null");

        Assert.That((answer.Code, answer.Message), Is.EqualTo((400, "Invalid JSON Patch")));
    }

    [Test]
    public async Task A_client_cannot_change_when_an_object_was_created_or_deleted()
    {
        await Api.Post(ConfigMaps, """{"metadata":{"name":"a","finalizers":["example.com/hold"]}}""");
        var deleted = await Api.Delete($"{ConfigMaps}/a");

        var patched = await Api.Merge($"{ConfigMaps}/a", """{"metadata":{"creationTimestamp":"2000-01-01T00:00:00Z","deletionTimestamp":"2000-01-01T00:00:00Z"}}""");
        await Api.Merge($"{ConfigMaps}/a", """{"metadata":{"finalizers":null}}""");

        Assert.That(patched.Code, Is.EqualTo(200), patched.ToString());
        foreach (var field in new[] { "creationTimestamp", "deletionTimestamp" })
            Assert.That((string?)patched.Body["metadata"]![field], Is.EqualTo((string?)deleted.Body["metadata"]![field]));
    }

    [TestCase("POST", "dryRun=Some", "CreateOptions.meta.k8s.io \"\" is invalid: dryRun: Unsupported value: [\"Some\"]: supported values: \"All\"")]
    [TestCase("PUT", "dryRun=Some", "UpdateOptions.meta.k8s.io \"\" is invalid: dryRun: Unsupported value: [\"Some\"]: supported values: \"All\"")]
    [TestCase("PATCH", "dryRun=Some", "PatchOptions.meta.k8s.io \"\" is invalid: dryRun: Unsupported value: [\"Some\"]: supported values: \"All\"")]
    [TestCase("DELETE", "dryRun=Some", "DeleteOptions.meta.k8s.io \"\" is invalid: dryRun: Unsupported value: [\"Some\"]: supported values: \"All\"")]
    [TestCase("POST", "fieldValidation=Foo", "CreateOptions.meta.k8s.io \"\" is invalid: fieldValidation: Unsupported value: \"Foo\": supported values: \"\", \"Ignore\", \"Strict\", \"Warn\"")]
    [TestCase("DELETE", "propagationPolicy=Bogus", "DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Unsupported value: \"Bogus\": supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\"")]
    public async Task An_option_of_an_unknown_value_is_refused(string method, string query, string expected)
    {
        await Api.Post(ConfigMaps, Manifest.ConfigMap("a"));
        var body = method == "DELETE" ? null : Manifest.ConfigMap(method == "POST" ? "b" : "a");

        var answer = await Api.Send(new HttpMethod(method), $"{ConfigMaps}{(method == "POST" ? "" : "/a")}?{query}", body, method == "PATCH" ? "application/merge-patch+json" : "application/json");

        Assert.That((answer.Code, answer.Message), Is.EqualTo((422, expected)));
        Assert.That((await Api.Get($"{ConfigMaps}/a")).Code, Is.EqualTo(200));
    }

    [Test]
    public async Task A_body_of_a_delete_that_is_no_options_is_a_bad_request()
    {
        await Api.Post(ConfigMaps, Manifest.ConfigMap("a"));

        Assert.That((await Api.Delete($"{ConfigMaps}/a", """{"kind":"Foo","apiVersion":"v1"}""")).Code, Is.EqualTo(400));
        Assert.That((await Api.Delete($"{ConfigMaps}/a?gracePeriodSeconds=x")).Code, Is.EqualTo(400));
    }

    [Test]
    public async Task An_object_newer_than_the_newest_version_is_not_to_be_had_yet()
    {
        await Api.Post(ConfigMaps, Manifest.ConfigMap("a"));

        var answer = await Api.Get($"{ConfigMaps}/a?resourceVersion=999999999999");

        Assert.That((answer.Code, answer.Reason), Is.EqualTo((504, "Timeout")), answer.ToString());
        Assert.That((await Api.Get($"{ConfigMaps}/a?resourceVersion=abc")).Code, Is.EqualTo(500));
        Assert.That((await Api.Get($"{ConfigMaps}/a?resourceVersion=0")).Code, Is.EqualTo(200));
    }

    [Test]
    public async Task An_unknown_field_is_dropped_with_a_warning_or_refused_when_strict()
    {
        const string body = """{"metadata":{"name":"a"},"colour":"red"}""";

        var strict = await Api.Post($"{ConfigMaps}?fieldValidation=Strict", body);
        var lenient = await Api.Post($"{ConfigMaps}?fieldValidation=Warn", body);

        Assert.That(strict.Code, Is.EqualTo(400));
        Assert.That(strict.Message, Does.Contain("strict decoding error: unknown field \"colour\""));
        Assert.That(lenient.Code, Is.EqualTo(201));
        Assert.That(lenient.Body["colour"], Is.Null);
        Assert.That(lenient.Warnings, Has.Some.Contain("unknown field"));
    }

    [Test]
    public async Task A_write_with_a_stale_version_is_a_conflict_and_changes_nothing()
    {
        var created = await Api.Post(ConfigMaps, Manifest.ConfigMap("a"));
        await Api.Merge($"{ConfigMaps}/a", """{"data":{"a":"2"}}""");

        var stale = await Api.Put($"{ConfigMaps}/a", created.Body.ToJsonString());
        var stalePatch = await Api.Merge($"{ConfigMaps}/a", $$"""{"metadata":{"resourceVersion":"{{created.Version}}"},"data":{"a":"3"} }""");

        Assert.That((stale.Code, stale.Reason), Is.EqualTo((409, "Conflict")));
        Assert.That(stale.Message, Is.EqualTo("Operation cannot be fulfilled on configmaps \"a\": the object has been modified; please apply your changes to the latest version and try again"));
        Assert.That(stalePatch.Code, Is.EqualTo(409));
        Assert.That((string?)(await Api.Get($"{ConfigMaps}/a")).Body["data"]!["a"], Is.EqualTo("2"));
    }

    [Test]
    public async Task A_write_that_names_another_uid_is_a_conflict()
    {
        await Api.Post(ConfigMaps, Manifest.ConfigMap("a"));

        var answer = await Api.Put($"{ConfigMaps}/a", """{"metadata":{"name":"a","uid":"11111111-1111-1111-1111-111111111111"}}""");

        Assert.That((answer.Code, answer.Reason), Is.EqualTo((409, "Conflict")));
        Assert.That(answer.Message, Does.Contain("Precondition failed: UID in precondition: 11111111-1111-1111-1111-111111111111"));
    }

    [Test]
    public async Task A_patch_that_names_another_uid_is_invalid()
    {
        await Api.Post(ConfigMaps, Manifest.ConfigMap("a"));

        var answer = await Api.Merge($"{ConfigMaps}/a", """{"metadata":{"uid":"11111111-1111-1111-1111-111111111111"},"data":{"a":"2"}}""");

        Assert.That((answer.Code, answer.Reason), Is.EqualTo((422, "Invalid")));
        Assert.That(answer.Message, Does.Contain("metadata.uid: Invalid value: \"11111111-1111-1111-1111-111111111111\": field is immutable"));
    }

    [Test]
    public async Task A_write_that_changes_nothing_keeps_the_version()
    {
        var created = await Api.Post(ConfigMaps, Manifest.ConfigMap("a"));

        var put = await Api.Put($"{ConfigMaps}/a", created.Body.ToJsonString());
        var patched = await Api.Merge($"{ConfigMaps}/a", """{"data":{"a":"1"}}""");

        Assert.That((put.Version, patched.Version), Is.EqualTo((created.Version, created.Version)));
    }

    [Test]
    public async Task A_put_to_a_name_that_does_not_exist_creates_nothing()
    {
        var answer = await Api.Put($"{ConfigMaps}/a", Manifest.ConfigMap("a"));

        Assert.That(answer.Code, Is.EqualTo(404));
    }

    [Test]
    public async Task Spec_and_status_are_written_through_their_own_endpoints()
    {
        await Api.Post(Claims, Manifest.Claim("a"));

        var main = await Api.Merge($"{Claims}/a", """{"metadata":{"labels":{"x":"y"}},"status":{"phase":"Bound"}}""");
        var status = await Api.Merge($"{Claims}/a/status", """{"spec":{"volumeName":"v"},"status":{"phase":"Lost"}}""");

        Assert.That((string?)main.Body["status"]!["phase"], Is.EqualTo("Pending"));
        Assert.That((string?)status.Body["status"]!["phase"], Is.EqualTo("Lost"));
        Assert.That(status.Body["spec"]!["volumeName"], Is.Null);
        Assert.That((string?)status.Body["metadata"]!["labels"]!["x"], Is.EqualTo("y"));
    }

    [Test]
    public async Task A_JSON_patch_with_a_failing_test_is_invalid()
    {
        await Api.Post(ConfigMaps, Manifest.ConfigMap("a"));

        var refused = await Api.JsonPatch($"{ConfigMaps}/a", """[{"op":"test","path":"/data/a","value":"9"},{"op":"replace","path":"/data/a","value":"2"}]""");
        var done = await Api.JsonPatch($"{ConfigMaps}/a", """[{"op":"test","path":"/metadata/finalizers","value":null},{"op":"add","path":"/metadata/finalizers","value":["example.com/f"]}]""");
        await Api.JsonPatch($"{ConfigMaps}/a", """[{"op":"remove","path":"/metadata/finalizers"}]""");

        Assert.That((refused.Code, refused.Reason), Is.EqualTo((422, "Invalid")));
        Assert.That(done.Code, Is.EqualTo(200), done.ToString());
        Assert.That(done.Body["metadata"]!["finalizers"]!.AsArray(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_body_of_an_unknown_media_type_is_unsupported()
    {
        await Api.Post(ConfigMaps, Manifest.ConfigMap("a"));

        var patch = await Api.Send(HttpMethod.Patch, $"{ConfigMaps}/a", "{}", "application/json");
        var create = await Api.Send(HttpMethod.Post, ConfigMaps, "a=b", "application/x-www-form-urlencoded");

        Assert.That((patch.Code, create.Code), Is.EqualTo((415, 415)));
    }

    [Test]
    public async Task A_finalizer_holds_a_deleted_object_until_it_goes()
    {
        await Api.Post(ConfigMaps, """{"metadata":{"name":"a","finalizers":["example.com/hold"]}}""");

        var deleted = await Api.Delete($"{ConfigMaps}/a");
        var held = await Api.Get($"{ConfigMaps}/a");
        var added = await Api.Merge($"{ConfigMaps}/a", """{"metadata":{"finalizers":["example.com/hold","example.com/more"]}}""");
        var released = await Api.Merge($"{ConfigMaps}/a", """{"metadata":{"finalizers":null}}""");
        var gone = await Api.Get($"{ConfigMaps}/a");

        Assert.That(deleted.Code, Is.EqualTo(200));
        Assert.That((int?)held.Body["metadata"]!["deletionGracePeriodSeconds"], Is.Zero);
        Assert.That(held.Body["metadata"]!["deletionTimestamp"], Is.Not.Null);
        Assert.That((added.Code, added.Message), Is.EqualTo((422, "ConfigMap \"a\" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{\"example.com/more\"}")));
        Assert.That(released.Code, Is.EqualTo(200));
        Assert.That(gone.Code, Is.EqualTo(404));
    }

    [Test]
    public async Task A_delete_obeys_its_preconditions()
    {
        await Api.Post(ConfigMaps, Manifest.ConfigMap("a"));

        var refused = await Api.Delete($"{ConfigMaps}/a", """{"kind":"DeleteOptions","apiVersion":"v1","preconditions":{"uid":"22222222-2222-2222-2222-222222222222"}}""");
        var done = await Api.Delete($"{ConfigMaps}/a");

        Assert.That((refused.Code, refused.Reason), Is.EqualTo((409, "Conflict")));
        Assert.That(refused.Message, Does.StartWith(
            "Operation cannot be fulfilled on ConfigMap \"a\": the UID in the precondition (22222222-2222-2222-2222-222222222222) does not match the UID in record ("));
        Assert.That(refused.Message, Does.EndWith("). The object might have been deleted and then recreated"));
        Assert.That(((string?)done.Body["kind"], (string?)done.Body["status"]), Is.EqualTo(("Status", "Success")));
    }

    [Test]
    public async Task A_collection_is_deleted_by_selector()
    {
        await Api.Post(ConfigMaps, Manifest.ConfigMap("a", """{"go":"yes"}"""));
        await Api.Post(ConfigMaps, Manifest.ConfigMap("b"));

        var answer = await Api.Delete($"{ConfigMaps}?labelSelector=go%3Dyes");

        Assert.That(answer.Code, Is.EqualTo(200));
        var left = (await Api.Get(ConfigMaps)).Names.Where(name => name is "a" or "b");
        Assert.That(left, Is.EqualTo(new[] { "b" }));
    }

    [Test]
    public async Task A_dry_run_stores_nothing()
    {
        var created = await Api.Post($"{ConfigMaps}?dryRun=All", Manifest.ConfigMap("a"));

        Assert.That(created.Code, Is.EqualTo(201));
        Assert.That((await Api.Get($"{ConfigMaps}/a")).Code, Is.EqualTo(404));
    }

    [Test]
    public async Task Volume_attachments_must_name_the_version_they_replace()
    {
        var name = _cluster.Unique + "-va";
        await Api.Post(Manifest.Attachments, Manifest.Attachment(name));

        var put = await Api.Put($"{Manifest.Attachments}/{name}", Manifest.Attachment(name));
        await Api.Delete($"{Manifest.Attachments}/{name}");

        Assert.That(put.Code, Is.EqualTo(422));
        Assert.That(put.Message, Does.Contain("metadata.resourceVersion: Invalid value: ").And.Contain("must be specified for an update"));
    }

    [Test]
    public async Task Items_of_a_built_in_list_carry_no_type_header()
    {
        await Api.Post(ConfigMaps, Manifest.ConfigMap("a"));

        var list = await Api.Get(ConfigMaps);

        Assert.That((string?)list.Body["kind"], Is.EqualTo("ConfigMapList"));
        Assert.That(list.Items[0]!.AsObject().ContainsKey("kind"), Is.False);
        Assert.That((string?)(await Api.Get($"{ConfigMaps}/a")).Body["kind"], Is.EqualTo("ConfigMap"));
    }

    [Test]
    public async Task A_pod_on_a_node_is_given_time_to_end()
    {
        var pods = $"/api/v1/namespaces/{_cluster.Namespace}/pods";
        await Api.Post(pods, Manifest.Pod("p", node: "no-such-node"));

        var deleted = await Api.Delete($"{pods}/p");
        var forced = await Api.Delete($"{pods}/p", """{"kind":"DeleteOptions","apiVersion":"v1","gracePeriodSeconds":0}""");

        Assert.That((int?)deleted.Body["metadata"]!["deletionGracePeriodSeconds"], Is.EqualTo(30), deleted.ToString());
        Assert.That(forced.Code, Is.EqualTo(200));
        Assert.That((await Api.Get($"{pods}/p")).Code, Is.EqualTo(404));
    }
}
