using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;

namespace Sidecars.EmbeddedCluster.Tests;

/// <summary>What only the embedded server can be asked to show: its protocols, its clock, its limits.</summary>
internal sealed class ServerTests
{
    [TestCase("1.1")]
    [TestCase("2.0")]
    public async Task Both_HTTP_versions_are_served_on_one_port(string version)
    {
        await using var cluster = await ClusterServer.StartAsync();
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false })
        {
            BaseAddress = cluster.Url,
            DefaultRequestVersion = Version.Parse(version),
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

        using var created = await client.PostAsync(Manifest.Volumes, new StringContent(Manifest.Volume("a"), null, "application/json")).WaitAsync(TestLimits.Wait);
        using var watch = await client.GetAsync($"{Manifest.Volumes}?watch=1", HttpCompletionOption.ResponseHeadersRead).WaitAsync(TestLimits.Wait);
        using var reader = new StreamReader(await watch.Content.ReadAsStreamAsync());

        Assert.That((created.StatusCode, created.Version), Is.EqualTo((HttpStatusCode.Created, Version.Parse(version))));
        Assert.That(await reader.ReadLineAsync().WaitAsync(TestLimits.Wait), Does.StartWith("""{"type":"ADDED","object":{"kind":"PersistentVolume","apiVersion":"v1","metadata":{"name":"a"""));
    }

    [Test]
    public async Task Bookmarks_come_at_intervals_and_carry_a_version_alone()
    {
        var time = new FakeTimeProvider();
        await using var cluster = await ClusterServer.StartAsync(new ClusterOptions { Time = time });
        using var api = new ApiClient(cluster.Url);
        using var watch = await api.Watch($"{Manifest.Volumes}?watch=1&allowWatchBookmarks=true&resourceVersion={cluster.Storage.Version}");
        // A change of another resource moves the version on; a bookmark has to tell.
        await api.Post(Manifest.ConfigMaps, Manifest.ConfigMap("a"));
        var next = watch.Next();
        while (!next.IsCompleted)
        {
            time.Advance(TimeSpan.FromMinutes(1));
            await Task.Yield();
        }

        var bookmark = await next;

        Assert.That((string?)bookmark!["type"], Is.EqualTo("BOOKMARK"));
        Assert.That(
            bookmark["object"]!.ToJsonString(),
            Is.EqualTo($$$"""{"kind":"PersistentVolume","apiVersion":"v1","metadata":{"resourceVersion":"{{{cluster.Storage.Version}}}"},"spec":{},"status":{}}"""));
    }

    [Test]
    public async Task After_a_compaction_old_watches_and_pages_are_expired()
    {
        await using var cluster = await ClusterServer.StartAsync();
        using var api = new ApiClient(cluster.Url);
        foreach (var name in new[] { "a", "b", "c" }) await api.Post(Manifest.Volumes, Manifest.Volume(name));
        var page = await api.Get($"{Manifest.Volumes}?limit=1");
        await api.Delete($"{Manifest.Volumes}/c");
        cluster.Storage.CompactNow();

        var next = await api.Get($"{Manifest.Volumes}?limit=1&continue={(string?)page.Body["metadata"]!["continue"]}");
        using var watch = await api.Watch($"{Manifest.Volumes}?watch=1&resourceVersion={page.Version}");
        var error = await watch.Next();

        Assert.That((next.Code, next.Reason), Is.EqualTo((410, "Expired")));
        Assert.That(watch.Code, Is.EqualTo(200));
        Assert.That(((string?)error!["type"], (int?)error["object"]!["code"], (string?)error["object"]!["reason"]), Is.EqualTo(("ERROR", 410, "Expired")));
        Assert.That(await watch.NextName(), Is.EqualTo("END"));
    }

    [Test]
    public async Task A_history_that_overflows_expires_its_beginning()
    {
        await using var cluster = await ClusterServer.StartAsync(new ClusterOptions { HistoryLength = 4 });
        using var api = new ApiClient(cluster.Url);
        var start = cluster.Storage.Version;
        for (var i = 0; i < 6; i++) await api.Post(Manifest.Volumes, Manifest.Volume("v" + i));

        using var tooOld = await api.Watch($"{Manifest.Volumes}?watch=1&resourceVersion={start}");
        using var oldest = await api.Watch($"{Manifest.Volumes}?watch=1&resourceVersion={start + 2}");

        Assert.That(await tooOld.NextName(), Is.EqualTo("ERROR"));
        Assert.That(await oldest.NextName(), Is.EqualTo("ADDED v2"));
    }

    [Test]
    public async Task Too_many_requests_at_a_time_are_told_to_come_back()
    {
        await using var cluster = await ClusterServer.StartAsync(new ClusterOptions { MaxRequestsInFlight = 1 });
        using var api = new ApiClient(cluster.Url);
        using var hold = cluster.Faults.Add(new RequestMatch { Verb = "create" }, new FaultAction.Hold());
        var held = api.Post(Manifest.Volumes, Manifest.Volume("a"));
        await hold.Reached.WaitAsync(TestLimits.Wait);

        var refused = await api.Get(Manifest.Volumes);
        hold.Release();

        Assert.That((refused.Code, refused.Reason, refused.RetryAfter), Is.EqualTo((429, "TooManyRequests", 1d)));
        Assert.That((await held).Code, Is.EqualTo(201));
        Assert.That((await api.Get(Manifest.Volumes)).Code, Is.EqualTo(200));
    }

    [Test]
    public async Task A_body_that_is_too_large_is_refused()
    {
        await using var cluster = await ClusterServer.StartAsync();
        using var api = new ApiClient(cluster.Url);

        var answer = await api.Post(Manifest.ConfigMaps, new string(' ', (3 * 1024 * 1024) + 1));

        Assert.That((answer.Code, answer.Reason), Is.EqualTo((413, "RequestEntityTooLarge")));
    }

    [Test]
    public async Task A_deleted_namespace_takes_its_objects_with_it_once_nothing_holds_them()
    {
        await using var cluster = await ClusterServer.StartAsync();
        using var api = new ApiClient(cluster.Url);
        await api.Post("/api/v1/namespaces", """{"metadata":{"name":"n"}}""");
        await api.Post("/api/v1/namespaces/n/configmaps", Manifest.ConfigMap("free"));
        await api.Post("/api/v1/namespaces/n/configmaps", """{"metadata":{"name":"held","finalizers":["example.com/f"]}}""");

        var deleted = await api.Delete("/api/v1/namespaces/n");
        var late = await api.Post("/api/v1/namespaces/n/configmaps", Manifest.ConfigMap("late"));
        var left = await api.Get("/api/v1/namespaces/n/configmaps");
        await api.Merge("/api/v1/namespaces/n/configmaps/held", """{"metadata":{"finalizers":null}}""");

        Assert.That((string?)deleted.Body["status"]!["phase"], Is.EqualTo("Terminating"));
        Assert.That((late.Code, (string?)late.Body["details"]!["causes"]![0]!["reason"]), Is.EqualTo((403, "NamespaceTerminating")));
        Assert.That(left.Names, Is.EqualTo(new[] { "held" }));
        Assert.That((await api.Get("/api/v1/namespaces/n")).Code, Is.EqualTo(404));
    }

    [Test]
    public async Task The_audit_log_names_user_verb_and_object()
    {
        var path = Path.Combine(Path.GetTempPath(), $"audit-{Guid.NewGuid():N}");
        try
        {
            await using (var cluster = await ClusterServer.StartAsync(new ClusterOptions { AuditLogPath = path, Users = [new ClusterUser("sidecar", "t0ken")] }))
            {
                using var api = new ApiClient(cluster.Url, token: "t0ken");
                await api.Post(Manifest.Volumes, Manifest.Volume("a"));
                await api.Merge($"{Manifest.Volumes}/a/status", """{"status":{"phase":"Bound"}}""");
            }
            var lines = (await File.ReadAllLinesAsync(path)).Select(line => JsonNode.Parse(line)!).ToList();
            Assert.That(lines.Select(line => $"{line["user"]!["username"]} {line["stage"]} {line["verb"]} {line["objectRef"]!["resource"]} {line["objectRef"]!["subresource"]}".TrimEnd()),
                Is.EqualTo(new[] { "sidecar ResponseComplete create persistentvolumes", "sidecar ResponseComplete patch persistentvolumes status" }));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
