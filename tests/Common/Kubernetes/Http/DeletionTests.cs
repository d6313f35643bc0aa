using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecars.EmbeddedCluster;
using Sidecars.Kubernetes.Http;
using Sidecars.Tests.Support;

namespace Sidecars.Kubernetes.Tests.Http;

/// <summary>Deletions that mean one incarnation of an object.</summary>
public sealed class DeletionTests
{
    private readonly ObservedTime _time = new();

    [Test]
    public async Task A_deletion_names_the_uid_it_means()
    {
        await using var api = await ScriptedApi.Start();
        using var client = api.Client(_time);
        var deleted = client.DeleteAsync(Resources.StorageClasses, new(null, "fast"), "u1", default).WithinLimit();
        var request = await api.Request();
        Assert.That((request.Method, request.Target), Is.EqualTo(("DELETE", "/apis/storage.k8s.io/v1/storageclasses/fast")));
        Assert.That(request.Body, Is.EqualTo("""{"apiVersion":"v1","kind":"DeleteOptions","preconditions":{"uid":"u1"}}"""));
        Assert.That(request.Headers.ContentType.ToString(), Is.EqualTo("application/json"));
        await request.Reply(200, """{"kind":"Status","status":"Success"}""");
        Assert.That((await deleted).IsSuccess, Is.True);

        deleted = client.DeleteAsync(Resources.StorageClasses, new(null, "fast"), null, default).WithinLimit();
        request = await api.Request();
        Assert.That(request.Body, Is.Empty);
        await request.Reply(200, """{"kind":"Status","status":"Success"}""");
        Assert.That((await deleted).IsSuccess, Is.True);
    }

    [TestCase("Operation cannot be fulfilled on StorageClass: the UID in the precondition (a) does not match the UID in record (b). The object might have been deleted and then recreated", true)]
    [TestCase("Operation cannot be fulfilled on storageclasses: Precondition failed: UID in precondition: a, UID in object meta: b", true, Description = "it changed under the server's hands")]
    [TestCase("Operation cannot be fulfilled on storageclasses: the object has been modified; please apply your changes to the latest version and try again", false)]
    public async Task A_conflict_over_the_uid_is_told_apart_from_others(string message, bool isOtherUid)
    {
        await using var api = await ScriptedApi.Start();
        using var client = api.Client(_time);
        var deleted = client.DeleteAsync(Resources.StorageClasses, new(null, "fast"), "u1", default).WithinLimit();
        await (await api.Request()).Refuse(409, "Conflict", message);
        Assert.That(((await deleted).Failure!.IsOtherUid, (await deleted).Failure!.IsConflict), Is.EqualTo((isOtherUid, true)));
    }

    [Test]
    public async Task A_real_server_keeps_the_successor()
    {
        await using var cluster = await ClusterServer.StartAsync();
        using var client = new ApiClient(ClusterAddress.Find("", cluster.Url.ToString()).Address!, new ApiClientOptions { UserAgent = "test" }, _time, NullLogger.Instance);
        var first = Create(cluster);
        Assert.That(cluster.Storage.Delete("storageclasses", null, "fast").IsOk, Is.True);
        var second = Create(cluster);
        Assert.That((await client.DeleteAsync(Resources.StorageClasses, new(null, "fast"), first, default).WithinLimit()).Failure!.IsOtherUid, Is.True);
        Assert.That((await client.GetAsync(Resources.StorageClasses, new(null, "fast"), default).WithinLimit()).Value!.Uid, Is.EqualTo(second));
        Assert.That((await client.DeleteAsync(Resources.StorageClasses, new(null, "fast"), second, default).WithinLimit()).IsSuccess, Is.True);
    }

    [Test]
    public async Task An_object_that_is_to_be_deleted_in_one_state_alone_is_kept_in_another()
    {
        await using var cluster = await ClusterServer.StartAsync();
        using var client = new ApiClient(ClusterAddress.Find("", cluster.Url.ToString()).Address!, new ApiClientOptions { UserAgent = "test" }, _time, NullLogger.Instance);
        var uid = Create(cluster);
        var seen = (await client.GetAsync(Resources.StorageClasses, new(null, "fast"), default).WithinLimit()).Value!.Metadata.ResourceVersion;
        _ = cluster.Storage.Patch("storageclasses", null, "fast", PatchKind.Merge, JsonNode.Parse("""{"metadata":{"labels":{"a":"b"}}}""")!, "").Value;
        var refused = (await client.DeleteAsync(Resources.StorageClasses, new(null, "fast"), uid, seen, default).WithinLimit()).Failure!;
        Assert.That((refused.IsConflict, refused.IsOtherUid), Is.EqualTo((true, false)), refused.ToString());
        var now = (await client.GetAsync(Resources.StorageClasses, new(null, "fast"), default).WithinLimit()).Value!.Metadata.ResourceVersion;
        Assert.That((await client.DeleteAsync(Resources.StorageClasses, new(null, "fast"), uid, now, default).WithinLimit()).IsSuccess, Is.True);
    }

    private static string Create(ClusterServer cluster) => cluster.Storage.Create("storageclasses",
        new JsonObject { ["metadata"] = new JsonObject { ["name"] = "fast" }, ["provisioner"] = "p" }).Value.Uid;
}
