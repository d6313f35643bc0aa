using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Tests;

/// <summary>
/// A kind that a test defines for itself, in a group of its own, with one version and a status. A real server takes a moment to serve a definition
/// or its change: both methods wait for it, asking.
/// </summary>
internal sealed class DefinedKind(ApiClient api, string group, string ns) : IAsyncDisposable
{
    public const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    private string Definition => $"{Definitions}/probes.{group}";

    public string Objects => $"/apis/{group}/v1/namespaces/{ns}/probes";

    /// <summary>Defines the kind by the schemas of its spec and its status.</summary>
    public static Task<DefinedKind> Define(ContractCluster cluster, string spec, string status = """{"type":"object"}""") =>
        Define(cluster, TestStorage.Json(Whole($"{cluster.Unique}-{Guid.NewGuid().ToString("N")[..6]}.example.com", spec, status)));

    /// <summary>Defines the kind by a whole definition.</summary>
    public static async Task<DefinedKind> Define(ContractCluster cluster, JsonObject definition)
    {
        var kind = new DefinedKind(cluster.Client, (string)definition["spec"]!["group"]!, cluster.Namespace);
        var created = await cluster.Client.Post(Definitions, definition.ToJsonString());
        Assert.That(created.Code, Is.EqualTo(201), created.ToString());
        await kind.Until(async () => (await cluster.Client.Get(kind.Objects)).Code == 200);
        return kind;
    }

    /// <summary>Gives the spec another schema, which refuses <paramref name="refused"/>.</summary>
    public async Task Change(string spec, string refused)
    {
        var content = TestStorage.Json(Whole(group, spec, """{"type":"object"}"""));
        content["metadata"]!["resourceVersion"] = (await api.Get(Definition)).Version;
        var changed = await api.Put(Definition, content.ToJsonString());
        Assert.That(changed.Code, Is.EqualTo(200), changed.ToString());
        await Until(async () => (await api.Post(Objects + "?dryRun=All", Object("probe", refused))).Code == 422);
    }

    public Task<ApiAnswer> Create(string name, string spec) => api.Post(Objects, Object(name, spec));

    public Task<ApiAnswer> Merge(string name, string patch, string subresource = "") => api.Merge($"{Objects}/{name}{subresource}", patch);

    /// <summary>A definition by itself, to be sent as it is.</summary>
    public static string Whole(string group, string spec, string status = """{"type":"object"}""") =>
        $$$"""
        {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"probes.{{{group}}}"},
         "spec":{"group":"{{{group}}}","scope":"Namespaced","names":{"plural":"probes","kind":"Probe"},
          "versions":[{"name":"v1","served":true,"storage":true,"subresources":{"status":{}},
           "schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{{{spec}}},"status":{{{status}}} } } } }] } }
        """;

    public async ValueTask DisposeAsync() => await api.Delete(Definition);

    private string Object(string name, string spec) =>
        new JsonObject { ["apiVersion"] = group + "/v1", ["kind"] = "Probe", ["metadata"] = new JsonObject { ["name"] = name }, ["spec"] = JsonNode.Parse(spec) }.ToJsonString();

    private async Task Until(Func<Task<bool>> condition)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
            Assert.That(TimeProvider.System.GetElapsedTime(started), Is.LessThan(TestLimits.Wait), $"the definition of {group} is not in force");
    }
}
