using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Tests;

/// <summary>
/// What the definitions of the snapshot kinds accept and refuse, case by case as in the acceptance matrix of the original's. Runs against the
/// cluster of KUBECONFIG where that is set.
/// </summary>
internal sealed class AcceptanceTests
{
    private ContractCluster _cluster = null!;
    private int _objects;

    private ApiClient Api => _cluster.Client;

    [OneTimeSetUp]
    public async Task Connect()
    {
        _cluster = await ContractCluster.Connect();
        await SnapshotDefinitions.Apply(Api);
    }

    [OneTimeTearDown]
    public async Task Disconnect() => await _cluster.DisposeAsync();

    // first is created, each of next replaces it in turn; all but the last are accepted. refused is empty where the last is accepted too.
    [TestCaseSource(typeof(AcceptanceMatrix), nameof(AcceptanceMatrix.Cases))]
    public async Task The_matrix(string kind, string[] states, string refused)
    {
        var path = Path(kind);
        var name = $"{_cluster.Unique}-{Interlocked.Increment(ref _objects)}";
        try
        {
            var answer = await Api.Post(path, Whole(kind, name, states[0]).ToJsonString());
            for (var i = 0; i < states.Length; i++)
            {
                if (i > 0) answer = await Replace(kind, name, states[i], answer.Body);
                if (i < states.Length - 1) Assert.That(answer.Code, Is.AnyOf(200, 201), answer.ToString());
            }
            if (refused.Length == 0) Assert.That(answer.Code, Is.AnyOf(200, 201), answer.ToString());
            else
            {
                Assert.That((answer.Code, answer.Reason), Is.EqualTo((422, "Invalid")), answer.ToString());
                Assert.That(answer.Message, Does.Contain(refused));
            }
        }
        finally
        {
            await Api.Delete($"{path}/{name}");
        }
    }

    [Test]
    public async Task An_old_version_of_the_snapshot_group_is_not_served()
    {
        foreach (var plural in (string[])["volumesnapshots", "volumesnapshotcontents", "volumesnapshotclasses"])
            Assert.That((await Api.Get($"/apis/snapshot.storage.k8s.io/v1beta1/{plural}")).Code, Is.EqualTo(404), plural);
    }

    /// <summary>A state that is only a status is written through the subresource; one that names a version is sent through that.</summary>
    private async Task<ApiAnswer> Replace(string kind, string name, string state, JsonNode current)
    {
        var change = TestStorage.Json(state);
        var version = (string?)change["version"];
        change.Remove("version");
        if (change.Count == 1 && change.ContainsKey("status"))
        {
            var whole = current.DeepClone().AsObject();
            whole["status"] = change["status"]!.DeepClone();
            if (version is not null) whole["apiVersion"] = $"{AcceptanceMatrix.Group(kind)}/{version}";
            return await Api.Put($"{Path(kind, version)}/{name}/status", whole.ToJsonString());
        }
        var content = Whole(kind, name, change.ToJsonString(), version);
        content["metadata"]!["resourceVersion"] = (string?)current["metadata"]!["resourceVersion"];
        return await Api.Put($"{Path(kind, version)}/{name}", content.ToJsonString());
    }

    private string Path(string kind, string? version = null)
    {
        var plural = kind.ToLowerInvariant() + (kind.EndsWith("Class", StringComparison.Ordinal) ? "es" : "s");
        var ns = kind is "VolumeSnapshot" or "VolumeGroupSnapshot" ? $"namespaces/{_cluster.Namespace}/" : "";
        return $"/apis/{AcceptanceMatrix.Group(kind)}/{version ?? "v1"}/{ns}{plural}";
    }

    private static JsonObject Whole(string kind, string name, string content, string? version = null)
    {
        var whole = TestStorage.Json(content);
        var metadata = whole["metadata"]?.DeepClone().AsObject() ?? [];
        metadata["name"] = name;
        (whole["apiVersion"], whole["kind"], whole["metadata"]) = ($"{AcceptanceMatrix.Group(kind)}/{version ?? "v1"}", kind, metadata);
        return whole;
    }
}
