using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Tests;

/// <summary>What any API server makes of a definition's bounds. Runs against the cluster of KUBECONFIG where that is set.</summary>
internal sealed class SchemaContractTests
{
    private ContractCluster _cluster = null!;

    [OneTimeSetUp]
    public async Task Connect() => _cluster = await ContractCluster.Connect();

    [OneTimeTearDown]
    public async Task Disconnect() => await _cluster.DisposeAsync();

    /// <summary>Neither what a reader sees as one character nor the units of its encoding.</summary>
    [TestCase("abc", 201)]
    [TestCase("ab", 422, Description = "too short")]
    [TestCase("abcd", 422, Description = "too long")]
    [TestCase("\U0001F600\U0001F600\U0001F600", 201, Description = "three of two units each")]
    [TestCase("\U0001F600", 422, Description = "one, of two units")]
    [TestCase("a\u0301b\u0301", 422, Description = "two letters, of four code points")]
    [TestCase("a\u0301\u0302", 201, Description = "one letter, of three")]
    [TestCase("\U0001F468\u200D\U0001F469\u200D\U0001F467", 422, Description = "one picture, of five")]
    public async Task A_texts_length_is_counted_in_code_points(string text, int code)
    {
        await using var kind = await DefinedKind.Define(
            _cluster, """{"type":"object","properties":{"t":{"type":"string","minLength":3,"maxLength":3}} }""", """{"type":"object"}""");

        var answer = await kind.Create("x", new JsonObject { ["t"] = text }.ToJsonString());

        Assert.That(answer.Code, Is.EqualTo(code), answer.ToString());
        if (code is 422) Assert.That(answer.Message, Does.Contain(text.EnumerateRunes().Count() < 3 ? "should be at least 3 chars long" : "may not be more than 3"));
    }
}
