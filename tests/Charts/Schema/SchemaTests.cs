using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Sidecars.Charts.Tests;

/// <summary>The schemas say what every key is, and know every key of the values; versions of the charts are one number.</summary>
internal sealed class SchemaTests
{
    private static readonly string[] s_charts = ["csi-sidecars", "csi-driver", "snapshot-controller"];

    [TestCaseSource(nameof(s_charts))]
    public void Every_property_says_what_it_is(string chart)
    {
        var silent = new List<string>();
        Walk(Schema(chart), "", (path, property) =>
        {
            if (property["$ref"] is null && property["description"]?.GetValue<string>() is not { Length: > 0 }) silent.Add(path);
        });
        Assert.That(silent, Is.Empty);
    }

    [TestCaseSource(nameof(s_charts))]
    public void Every_key_of_the_values_is_in_the_schema(string chart)
    {
        var schema = Schema(chart);
        var values = Manifest.Read(File.ReadAllText(Path.Combine(Repository.Chart(chart), "values.yaml")))!.AsObject();
        var unknown = new List<string>();
        Compare(values, schema, schema, "", unknown);
        Assert.That(unknown, Is.Empty);
    }

    /// <summary>Helm 3 reads draft 7 and follows references within the file only.</summary>
    [TestCaseSource(nameof(s_charts))]
    public void The_schema_is_of_a_draft_that_both_Helms_read(string chart)
    {
        var text = File.ReadAllText(FlagSchema.PathOf(chart));
        Assert.That(Schema(chart)["$schema"]!.GetValue<string>(), Does.Contain("draft-07"));
        foreach (var reference in Regex.Matches(text, "\"\\$ref\": \"([^\"]*)\"").Select(match => match.Groups[1].Value))
        {
            Assert.That(reference, Does.StartWith("#/definitions/"));
            Assert.That(Schema(chart)["definitions"]![reference["#/definitions/".Length..]], Is.Not.Null, reference);
        }
        Assert.That(text, Does.Not.Contain("$defs").And.Not.Contain("unevaluatedProperties"));
    }

    [Test]
    public void All_charts_have_the_version_of_the_programs()
    {
        var build = Regex.Match(File.ReadAllText(Path.Combine(Repository.Root, "Directory.Build.props")), "<Version>([^<]*)</Version>").Groups[1].Value;
        foreach (var chart in s_charts)
        {
            var description = Manifest.Read(File.ReadAllText(Path.Combine(Repository.Chart(chart), "Chart.yaml")))!;
            Assert.That((description["version"]!.GetValue<string>(), description["appVersion"]!.GetValue<string>()), Is.EqualTo((build, build)), chart);
            Assert.That(description["kubeVersion"]!.GetValue<string>(), Is.EqualTo(">=1.29.0-0"), chart);
        }
        foreach (var chart in (string[])["csi-driver", "examples/vendor"])
            Assert.That(Manifest.Read(File.ReadAllText(Path.Combine(Repository.Chart(chart), "Chart.yaml")))!["dependencies"]![0]!["version"]!.GetValue<string>(), Is.EqualTo(build), chart);
        Assert.That(File.ReadAllText(Path.Combine(Repository.Chart("csi-sidecars"), "templates/_names.tpl")), Does.Contain($"\"csi-sidecars.v1.libraryVersion\" -}}}}\n{build}\n"));
    }

    /// <summary>A template's name is global in a release: every chart's begin with the chart's own.</summary>
    [TestCaseSource(nameof(s_charts))]
    public void Names_of_templates_begin_with_the_charts(string chart)
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Chart(chart), "templates")))
            foreach (var name in Regex.Matches(File.ReadAllText(file), "define \"([^\"]*)\"").Select(match => match.Groups[1].Value))
                Assert.That(name, Does.StartWith(chart is "csi-sidecars" ? "csi-sidecars.v1." : $"{chart}."), file);
    }

    private static JsonObject Schema(string chart) => JsonNode.Parse(File.ReadAllText(FlagSchema.PathOf(chart)))!.AsObject();

    private static void Walk(JsonNode? node, string path, Action<string, JsonObject> visit)
    {
        if (node is JsonArray items) foreach (var item in items) Walk(item, path, visit);
        if (node is not JsonObject fields) return;
        foreach (var (key, child) in fields)
        {
            if (key is "properties")
                foreach (var (name, property) in child!.AsObject())
                {
                    visit($"{path}.{name}", property!.AsObject());
                    Walk(property, $"{path}.{name}", visit);
                }
            else Walk(child, path, visit);
        }
    }

    private static void Compare(JsonObject values, JsonObject schema, JsonObject root, string path, List<string> unknown)
    {
        schema = Resolved(schema, root);
        if (schema["properties"] is not JsonObject properties) return;
        foreach (var (key, value) in values)
        {
            if (properties[key] is not JsonObject property) unknown.Add($"{path}.{key}");
            else if (value is JsonObject block) Compare(block, property, root, $"{path}.{key}", unknown);
        }
    }

    private static JsonObject Resolved(JsonObject schema, JsonObject root)
    {
        var reference = (schema["$ref"] ?? schema["allOf"]?[0]?["$ref"])?.GetValue<string>();
        return reference is null ? schema : root["definitions"]![reference["#/definitions/".Length..]]!.AsObject();
    }
}
