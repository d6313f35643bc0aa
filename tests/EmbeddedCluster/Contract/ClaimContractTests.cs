namespace Sidecars.EmbeddedCluster.Tests;

/// <summary>What any API server lets be changed of a claim's size and attributes class. Runs against the cluster of KUBECONFIG where that is set.</summary>
internal sealed class ClaimContractTests
{
    private ContractCluster _cluster = null!;

    private string Claims => $"/api/v1/namespaces/{_cluster.Namespace}/persistentvolumeclaims";

    [OneTimeSetUp]
    public async Task Connect() => _cluster = await ContractCluster.Connect();

    [OneTimeTearDown]
    public async Task Disconnect() => await _cluster.DisposeAsync();

    private const string HasGold = """{"phase":"Bound","currentVolumeAttributesClassName":"gold"}""";
    private const string IsNone = """{"phase":"Bound","modifyVolumeStatus":{"targetVolumeAttributesClassName":"gold","status":"Infeasible"}}""";
    private const string Immutable = "spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims";
    private const string NotNil = "is forbidden when status.currentVolumeAttributesClassName is not nil";

    [TestCase("gold", "{}", "\"silver\"", Immutable)]
    [TestCase("gold", """{"phase":"Bound"}""", "\"silver\"", null)]
    [TestCase("gold", """{"phase":"Bound"}""", "\"\"", null)]
    [TestCase("gold", """{"phase":"Bound"}""", "null", null)]
    [TestCase("gold", IsNone, "null", null)]
    [TestCase("gold", IsNone, "\"\"", null)]
    [TestCase("gold", HasGold, "\"silver\"", null)]
    [TestCase("gold", HasGold, "null", "spec.volumeAttributesClassName: Forbidden: update to nil " + NotNil)]
    [TestCase("gold", HasGold, "\"\"", "spec.volumeAttributesClassName: Forbidden: update to empty string " + NotNil)]
    [TestCase("gold", HasGold, "\"Bad_Name\"", "spec.volumeAttributesClassName: Invalid value: \"Bad_Name\": a lowercase RFC 1123 subdomain")]
    public async Task The_attributes_class_of_a_claim(string before, string status, string wanted, string? refused)
    {
        var claim = $"{Claims}/{await Create($"\"volumeAttributesClassName\":\"{before}\",", "1Gi", status)}";
        var answer = await _cluster.Client.Merge(claim, $$"""{"spec":{"volumeAttributesClassName":{{wanted}} } }""");
        Check(answer, refused);
    }

    [TestCase("""{"phase":"Bound","capacity":{"storage":"1Gi"}}""", "1536Mi", null)]
    [TestCase("""{"phase":"Bound","capacity":{"storage":"1Gi"}}""", "1Gi", "field can not be less than status.capacity")]
    [TestCase("""{"phase":"Bound","capacity":{"storage":"1Gi"}}""", "1", "field can not be less than status.capacity")]
    [TestCase("{}", "1Gi", Immutable)]
    public async Task A_size_that_is_taken_back(string status, string wanted, string? refused)
    {
        var claim = $"{Claims}/{await Create("", "2Gi", status)}";
        var answer = await _cluster.Client.Merge(claim, $$"""{"spec":{"resources":{"requests":{"storage":"{{wanted}}"} } } }""");
        Check(answer, refused);
    }

    private static void Check(ApiAnswer answer, string? refused)
    {
        Assert.That(answer.Code, Is.EqualTo(refused is null ? 200 : 422), answer.ToString());
        if (refused is not null) Assert.That(answer.Message, Does.Contain(refused));
    }

    private async Task<string> Create(string spec, string size, string status)
    {
        var created = await _cluster.Client.Post(Claims, $$"""
            {"metadata":{"generateName":"c-"},"spec":{"accessModes":["ReadWriteOnce"],"storageClassName":"",{{spec}}"resources":{"requests":{"storage":"{{size}}"} } } }
            """);
        Assert.That(created.Code, Is.EqualTo(201), created.ToString());
        var name = (string)created.Body["metadata"]!["name"]!;
        var shown = await _cluster.Client.Merge($"{Claims}/{name}/status", $$"""{"status":{{status}} }""");
        Assert.That(shown.Code, Is.EqualTo(200), shown.ToString());
        return name;
    }
}
