using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Tests;

internal sealed class SelectorTests
{
    private static readonly Dictionary<string, string> Labels = new() { ["app"] = "web", ["tier"] = "front", ["size"] = "5", ["example.com/x"] = "" };

    [TestCase("", true)]
    [TestCase("app=web", true)]
    [TestCase("app==web,tier=front", true)]
    [TestCase("app=db", false)]
    [TestCase("app!=db", true)]
    [TestCase("missing!=x", true)]
    [TestCase("app", true)]
    [TestCase("!app", false)]
    [TestCase("! missing", true)]
    [TestCase("app in (web, db)", true)]
    [TestCase("app in (db)", false)]
    [TestCase("app notin (db)", true)]
    [TestCase("missing notin (db)", true)]
    [TestCase("missing in (db)", false)]
    [TestCase("size>4", true)]
    [TestCase("size gt 5", false)]
    [TestCase("size<6", true)]
    [TestCase("example.com/x=", true)]
    [TestCase(" app = web , tier in (front) ", true)]
    public void A_label_selector_matches(string text, bool expected)
    {
        Assert.That(LabelSelector.TryParse(text, out var selector, out var error), Is.True, error);
        Assert.That(selector!.Matches(Labels), Is.EqualTo(expected));
    }

    [TestCase("app in web")]
    [TestCase("app in (web")]
    [TestCase("app=web,")]
    [TestCase("=web")]
    [TestCase("app web")]
    [TestCase("app=we b")]
    [TestCase("size>x")]
    [TestCase("-bad=x")]
    public void A_label_selector_that_makes_no_sense_is_refused(string text)
    {
        Assert.That(LabelSelector.TryParse(text, out _, out var error), Is.False);
        Assert.That(error, Is.Not.Empty);
    }

    [TestCase("metadata.name=e1", true)]
    [TestCase("metadata.name!=e1", false)]
    [TestCase("involvedObject.name=a,involvedObject.kind=Pod", true)]
    [TestCase("involvedObject.name=a,involvedObject.kind=Node", false)]
    [TestCase("reason==Failed", true)]
    [TestCase("type=Warning,metadata.namespace=default", true)]
    [TestCase("involvedObject.uid=", true)]
    public void A_field_selector_matches_an_event(string text, bool expected)
    {
        using var storage = TestStorage.Create();
        var stored = storage.Create("events", JsonNode.Parse(
            """{"metadata":{"name":"e1","namespace":"default"},"involvedObject":{"kind":"Pod","name":"a","namespace":"default"},"reason":"Failed","type":"Warning"}""")!.AsObject()).Value;

        Assert.That(FieldSelector.TryParse(stored.Resource, text, out var selector, out var error), Is.True, error);
        Assert.That(selector!.Matches(stored), Is.EqualTo(expected));
    }

    [TestCase("spec.unknown=x", "field label not supported: spec.unknown")]
    [TestCase("metadata.name", "invalid selector")]
    public void A_field_selector_may_only_name_what_the_kind_offers(string text, string expected)
    {
        Assert.That(FieldSelector.TryParse(BuiltInResources.Namespaces, text, out _, out var error), Is.False);
        Assert.That(error, Does.Contain(expected));
    }
}
