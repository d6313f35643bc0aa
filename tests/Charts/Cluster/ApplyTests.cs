using System.Text;
using System.Text.Json.Nodes;
using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;

namespace Sidecars.Charts.Tests;

/// <summary>Every object of every rendering is taken by the cluster with strict decoding, where it serves the kind.</summary>
internal sealed class ApplyTests
{
    /// <summary>Kinds of an operator whose definitions a user may bring; the strict decoding of <see cref="StrictTests"/> is all there is for them here.</summary>
    private static readonly string[] s_notServed = ["PodMonitor", "ServiceMonitor"];

    private static readonly string[] s_namespaces = ["storage", "leases", "old", "other", "vault", "tenants", "per-claim"];

    private ClusterServer _server = null!;
    private HttpClient _http = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _server = await ClusterServer.StartAsync().WithinLimit();
        await _server.ApplyManifests(Path.Combine(Repository.Chart("snapshot-controller"), "files/crds")).WithinLimit();
        foreach (var ns in s_namespaces) _ = _server.Storage.Create("namespaces", new() { ["metadata"] = new JsonObject { ["name"] = ns } }).Value;
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = _server.Url, Timeout = TestTimeouts.Limit };
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        _http.Dispose();
        await _server.DisposeAsync();
    }

    [TestCaseSource(typeof(ChartCase), nameof(ChartCase.All))]
    public async Task The_cluster_takes_every_object_strictly(object oneCase)
    {
        foreach (var one in await ((ChartCase)oneCase).Objects())
        {
            if (_server.Storage.Find(Plural(one.Kind)) is not { } resource)
            {
                Assert.That(s_notServed, Does.Contain(one.Kind), $"{one}: the cluster does not serve {one.ApiVersion}");
                continue;
            }
            var root = one.ApiVersion.Contains('/', StringComparison.Ordinal) ? $"apis/{one.ApiVersion}" : $"api/{one.ApiVersion}";
            var path = resource.IsNamespaced ? $"{root}/namespaces/{one.Namespace}/{resource.Plural}" : $"{root}/{resource.Plural}";
            using var body = new StringContent(one.Content.ToJsonString(), Encoding.UTF8, "application/json");
            // The definitions are there already; a dry run says that last, after everything that may be wrong with the object.
            using var answer = await _http.PostAsync($"{path}?fieldValidation=Strict&dryRun=All", body).WithinLimit();
            var text = await answer.Content.ReadAsStringAsync().WithinLimit();
            Assert.That((int)answer.StatusCode, one.Kind is "CustomResourceDefinition" ? Is.EqualTo(409) : Is.EqualTo(201), $"{one}: {text}");
        }
    }

    /// <summary>A second time nothing changes: what the server fills in is not what the chart would write otherwise.</summary>
    [TestCase("csi-driver", "everything")]
    [TestCase("csi-driver", "node-deployment")]
    [TestCase("csi-driver", "cluster-registrar")]
    [TestCase("csi-driver", "secrets-named")]
    [TestCase("snapshot-controller", "default")]
    public async Task A_person_applies_it_twice_and_the_second_time_nothing_changes(string chart, string name)
    {
        await using var cluster = await ClusterCase.Start();
        foreach (var ns in s_namespaces) cluster.Create("namespaces", new() { ["metadata"] = new JsonObject { ["name"] = ns } });
        if (chart is "csi-driver") await cluster.Server.ApplyManifests(Path.Combine(Repository.Chart("snapshot-controller"), "files/crds")).WithinLimit();
        var served = (await ChartCase.Of(chart, name).Objects()).Where(one => !s_notServed.Contains(one.Kind)).ToList();
        var file = Path.Combine(Workspace.Folder, $"apply-{chart}-{name}.yaml");
        await File.WriteAllTextAsync(file, string.Join("\n---\n", served.Select(one => one.Text)));

        var first = await cluster.Apply(file);
        Assert.That(first.Count(line => line.EndsWith(" created", StringComparison.Ordinal)), Is.EqualTo(served.Count), string.Join('\n', first));
        var version = cluster.Server.Storage.Version;
        var second = await cluster.Apply(file);
        // The selector of a disruption budget is always replaced as a whole: kubectl sends it each time, and says so although nothing comes of it.
        var changed = second.Where(line => !line.EndsWith(" unchanged", StringComparison.Ordinal) && !line.StartsWith("poddisruptionbudget", StringComparison.Ordinal));
        Assert.That(changed, Is.Empty);
        Assert.That(cluster.Server.Storage.Version, Is.EqualTo(version), "something was written");
    }

    [Test]
    public void What_is_said_not_to_be_served_is_not() =>
        Assert.That(s_notServed.Where(kind => _server.Storage.Find(Plural(kind)) is not null), Is.Empty, "served by now: take it out of the list");

    private static string Plural(string kind) => kind.ToLowerInvariant() switch
    {
        var name when name.EndsWith('s') => $"{name}es",
        var name when name.EndsWith('y') => $"{name[..^1]}ies",
        var name => $"{name}s",
    };
}
