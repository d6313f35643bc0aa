using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecars.EmbeddedCluster;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.Tests.Support;

namespace Sidecars.Kubernetes.Tests.Http;

/// <summary>Read, change, replace: against a scripted server for the bytes, and against a real API server for what becomes of them.</summary>
public sealed class ObjectUpdateTests
{
    private const string Path = "/api/v1/namespaces/ns/persistentvolumeclaims/data";
    private static readonly ObjectKey s_key = new("ns", "data");
    private static readonly ObjectChange s_change = ObjectChange.RemoveFinalizer("ours");

    private readonly ObservedTime _time = new();

    [Test]
    public async Task What_no_model_knows_goes_back_as_it_came()
    {
        await using var api = await ScriptedApi.Start();
        using var client = api.Client(_time);
        var update = Update(client);
        // Numbers no double holds, an escape, letters beyond ASCII, characters of markup, members nobody knows, an empty list and null.
        const string rest = """
            "labels":{"größe":"<b>&'\"\\ é€"}},"spec":{"future":{"big":123456789012345678901234567890,"exact":1.10,"tiny":1e-400,"none":null,"empty":[],"on":true}},"status":{"phase":"Bound"}}
            """;
        var get = await api.Request();
        Assert.That((get.Method, get.Target), Is.EqualTo(("GET", Path)));
        await get.Reply(200, """{"kind":"PersistentVolumeClaim","apiVersion":"v1","metadata":{"name":"data","namespace":"ns","uid":"u1","resourceVersion":"7","finalizers":["theirs","ours"],""" + rest);
        var put = await api.Request();
        Assert.That((put.Method, put.Target, put.Headers.ContentType.ToString()), Is.EqualTo(("PUT", Path, "application/json")));
        Assert.That(put.Body, Is.EqualTo(
            """{"kind":"PersistentVolumeClaim","apiVersion":"v1","metadata":{"name":"data","namespace":"ns","uid":"u1","resourceVersion":"7","finalizers":["theirs"],""" + rest.TrimEnd()));
        await put.Reply(200, Claim("u1", 8));
        Assert.That((await update).Value!.Metadata.ResourceVersion, Is.EqualTo(8), "typed, to be folded in");
    }

    [Test]
    public async Task A_subresource_is_written_and_the_object_read()
    {
        await using var api = await ScriptedApi.Start();
        using var client = api.Client(_time);
        var update = client.UpdateAsync(Resources.PersistentVolumeClaims, s_key, "u1", s_change, "status", default).WithinLimit();
        var get = await api.Request();
        Assert.That(get.Target, Is.EqualTo(Path));
        await get.Reply(200, Claim("u1", 7, "ours"));
        var put = await api.Request();
        Assert.That(put.Target, Is.EqualTo(Path + "/status"));
        await put.Reply(200, Claim("u1", 8));
        Assert.That((await update).IsSuccess, Is.True);
    }

    [Test]
    public async Task A_change_that_changes_nothing_sends_nothing()
    {
        await using var api = await ScriptedApi.Start();
        using var client = api.Client(_time);
        var update = Update(client);
        await (await api.Request()).Reply(200, Claim("u1", 7, "theirs"));
        var result = await update;
        Assert.That((result.Value!.Metadata.ResourceVersion, result.Value.HasFinalizer("theirs")), Is.EqualTo((7, true)));
        Assert.That(api.Waiting, Is.Zero);
    }

    [Test]
    public async Task Another_incarnation_is_left_alone_and_the_object_called_gone()
    {
        await using var api = await ScriptedApi.Start();
        using var client = api.Client(_time);
        var update = Update(client);
        await (await api.Request()).Reply(200, Claim("u2", 7, "ours"));
        var failure = (await update).Failure!;
        Assert.That(failure.IsNotFound, Is.True);
        Assert.That(failure.ToString(), Does.Contain("ns/data of uid u1 is gone"));
        Assert.That(api.Waiting, Is.Zero);
    }

    [Test]
    public async Task An_object_without_a_version_is_not_overwritten()
    {
        await using var api = await ScriptedApi.Start();
        using var client = api.Client(_time);
        var update = Update(client);
        await (await api.Request()).Reply(200, """{"metadata":{"name":"data","uid":"u1","finalizers":["ours"]}}""");
        Assert.That((await update).Failure!.ToString(), Is.EqualTo(
            "remove the finalizer ours on persistentvolumeclaims ns/data: the server named no version of the object, so nothing was sent"));
    }

    [Test]
    public async Task Whoever_was_faster_is_read_and_after_five_times_is_the_answer()
    {
        await using var api = await ScriptedApi.Start();
        using var client = api.Client(_time);
        var update = Update(client);
        for (var i = 0; i < 5; i++)
        {
            await (await api.Request()).Reply(200, Claim("u1", (ulong)i + 7, "ours", $"theirs{i}"));
            var put = await api.Request();
            Assert.That(put.Body, Does.Contain($"\"resourceVersion\":\"{i + 7}\"").And.Contains($"[\"theirs{i}\"]"), "each on what was read last");
            await put.Refuse(409, "Conflict");
        }
        Assert.That((await update).Failure!.IsConflict, Is.True);
        Assert.That(api.Waiting, Is.Zero);
    }

    [Test]
    public async Task A_state_that_is_remembered_is_not_read_and_one_that_is_not_the_last_is()
    {
        await using var api = await ScriptedApi.Start();
        using var client = api.Client(_time);
        var memory = new ObjectMemory();
        var update = Update(client, memory);
        await (await api.Request()).Reply(200, Claim("u1", 7, "ours", "theirs"));
        await (await api.Request()).Reply(200, Claim("u1", 8, "ours"));
        Assert.That((await update).IsSuccess, Is.True);
        Assert.That((memory.Holds(s_key, "u1", 8), memory.Holds(s_key, "u1", 7), memory.Holds(s_key, "u2", 8)), Is.EqualTo((true, false, false)));

        update = Update(client, memory);
        var put = await api.Request();
        Assert.That((put.Method, put.Body), Is.EqualTo(("PUT", Claim("u1", 8))), "as the server answered, but for the change");
        await put.Refuse(409, "Conflict");
        await (await api.Request()).Reply(200, Claim("u1", 9, "ours"));
        put = await api.Request();
        Assert.That(put.Body, Does.Contain("\"resourceVersion\":\"9\""));
        await put.Reply(200, Claim("u1", 10, "ours"));
        Assert.That((await update).IsSuccess, Is.True);

        memory.Forget(s_key);
        update = Update(client, memory);
        var get = await api.Request();
        Assert.That(get.Method, Is.EqualTo("GET"));
        await get.Reply(200, Claim("u1", 11));
        Assert.That((await update).IsSuccess, Is.True);
    }

    [TestCase("GET", 404, "NotFound")]
    [TestCase("PUT", 404, "NotFound")]
    [TestCase("PUT", 422, "Invalid")]
    public async Task What_else_the_server_says_is_the_answer(string at, int code, string reason)
    {
        await using var api = await ScriptedApi.Start();
        using var client = api.Client(_time);
        var update = Update(client);
        if (at is "PUT") await (await api.Request()).Reply(200, Claim("u1", 7, "ours"));
        await (await api.Request()).Refuse(code, reason);
        Assert.That((await update).Failure!.Code, Is.EqualTo(code));
    }

    [Test]
    public async Task On_a_real_server_a_write_in_between_is_kept_and_the_last_finalizer_lets_a_deleted_object_go()
    {
        await using var cluster = await ClusterServer.StartAsync();
        using var client = new ApiClient(ClusterAddress.Find("", cluster.Url.ToString()).Address!, new ApiClientOptions { UserAgent = "test" }, _time, NullLogger.Instance);
        var created = cluster.Storage.Create("persistentvolumeclaims", (JsonObject)JsonNode.Parse("""
            {"metadata":{"name":"data","namespace":"default","finalizers":["example.com/ours"]},
             "spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}},"storageClassName":"fast"}}
            """)!);
        Assert.That(created.IsOk, Is.True, created.Error?.Message);
        var key = new ObjectKey("default", "data");
        var uid = (await client.GetAsync(Resources.PersistentVolumeClaims, key, default).WithinLimit()).Value!.Uid;

        using (var hold = cluster.Faults.Add(new RequestMatch { Verb = "update", Resource = "persistentvolumeclaims" }, new FaultAction.Hold(), times: 1))
        {
            var update = client.UpdateAsync(Resources.PersistentVolumeClaims, key, uid, ObjectChange.SetAnnotation("k", "ours"), null, default).WithinLimit();
            await hold.Reached.WithinLimit();
            Assert.That((await client.UpdateAsync(Resources.PersistentVolumeClaims, key, uid, ObjectChange.SetAnnotation("other", "theirs"), null, default).WithinLimit()).IsSuccess, Is.True);
            hold.Release();
            var both = (await update).Value!;
            Assert.That((both.Annotation("k"), both.Annotation("other")), Is.EqualTo(("ours", "theirs")));
        }

        await client.DeleteAsync(Resources.PersistentVolumeClaims, key, uid, default).WithinLimit();
        foreach (var finalizer in (string[])["example.com/ours", "kubernetes.io/pvc-protection"])
        {
            var removed = await client.UpdateAsync(Resources.PersistentVolumeClaims, key, uid, ObjectChange.RemoveFinalizer(finalizer), null, default).WithinLimit();
            Assert.That(removed.IsSuccess || removed.Failure.IsNotFound, Is.True, removed.Failure?.ToString());
        }
        Assert.That((await client.GetAsync(Resources.PersistentVolumeClaims, key, default).WithinLimit()).Failure!.IsNotFound, Is.True);
    }

    private static Task<ApiResult<PersistentVolumeClaim>> Update(ApiClient client, ObjectMemory? memory = null) =>
        client.UpdateAsync(Resources.PersistentVolumeClaims, s_key, "u1", s_change, null, default, memory).WithinLimit();

    private static string Claim(string uid, ulong version, params string[] finalizers) => new JsonObject
    {
        ["metadata"] = new JsonObject
        {
            ["name"] = "data", ["namespace"] = "ns", ["uid"] = uid, ["resourceVersion"] = $"{version}",
            ["finalizers"] = new JsonArray([.. finalizers.Select(f => JsonValue.Create(f))]),
        },
    }.ToJsonString();
}
