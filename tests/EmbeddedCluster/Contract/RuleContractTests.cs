using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Tests;

/// <summary>What any API server makes of the rules of a definition. Runs against the cluster of KUBECONFIG where that is set.</summary>
internal sealed class RuleContractTests
{
    private const string Unchecked = "<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation";

    private ContractCluster _cluster = null!;

    [OneTimeSetUp]
    public async Task Connect() => _cluster = await ContractCluster.Connect();

    [OneTimeTearDown]
    public async Task Disconnect() => await _cluster.DisposeAsync();

    [Test]
    public async Task A_rule_about_a_change_is_asked_only_where_there_was_something_before()
    {
        await using var kind = await Define("""{"type":"object","properties":{"a":{"type":"string","maxLength":9,"x-kubernetes-validations":[{"rule":"self == oldSelf","message":"a stays"}]} } }""");

        var created = await kind.Create("x", "{}");
        var set = await kind.Merge("x", """{"spec":{"a":"1"}}""");
        var changed = await kind.Merge("x", """{"spec":{"a":"2"}}""");
        var removed = await kind.Merge("x", """{"spec":{"a":null}}""");

        Assert.That((created.Code, set.Code, changed.Code, removed.Code), Is.EqualTo((201, 200, 422, 200)), changed.ToString());
        Assert.That(changed.Message, Does.EndWith("is invalid: spec.a: Invalid value: \"2\": a stays"));
    }

    [Test]
    public async Task Every_rule_that_fails_is_reported_with_its_message_its_place_and_its_reason()
    {
        await using var kind = await Define(
            """
            {"type":"object","properties":{"n":{"type":"integer"},"s":{"type":"string","maxLength":9,"x-kubernetes-validations":[{"rule":"self != 'bad'"},{"rule":"self.size() > 5","message":"too short"}]}},
             "x-kubernetes-validations":[
              {"rule":"self.n > 1","message":"more than one","fieldPath":".n","reason":"FieldValueForbidden"},
              {"rule":"self.n > 2","messageExpression":"'not ' + 'enough'","message":"unsaid"},
              {"rule":"!has(self.s) || self.n > 0","message":"holds"}]}
            """);

        var answer = await kind.Create("x", """{"n":1,"s":"bad"}""");

        Assert.That(answer.Code, Is.EqualTo(422));
        Assert.That(
            answer.Body["details"]!["causes"]!.AsArray().Select(cause => $"{cause!["reason"]} {cause["field"]} {cause["message"]}"),
            Is.EquivalentTo(new[]
            {
                "FieldValueForbidden spec.n Forbidden: more than one",
                "FieldValueInvalid spec Invalid value: not enough",
                "FieldValueInvalid spec.s Invalid value: \"bad\": failed rule: self != 'bad'",
                "FieldValueInvalid spec.s Invalid value: \"bad\": too short",
            }));
    }

    [Test]
    public async Task A_rule_that_cannot_be_evaluated_refuses_the_object()
    {
        await using var kind = await Define("""{"type":"object","properties":{"n":{"type":"integer"},"m":{"type":"integer"}},"x-kubernetes-validations":[{"rule":"self.n > 1","message":"more"},{"rule":"self.m / self.m == 1"},{"rule":"self.n > 1 || self.m == 0"}]}""");

        var answer = await kind.Create("x", """{"m":0}""");

        Assert.That(answer.Code, Is.EqualTo(422));
        Assert.That(answer.Message, Does.Contain("spec: Invalid value: \"object\": no such key: n evaluating rule: more"));
        Assert.That(answer.Message, Does.Contain("spec: Invalid value: \"object\": division by zero evaluating rule: self.m / self.m == 1"));
        Assert.That(answer.Message, Does.Not.Contain("self.n > 1 || self.m == 0"), "one side that is true is enough");
    }

    [Test]
    public async Task Rules_are_not_evaluated_on_an_object_that_lacks_what_it_needs()
    {
        await using var kind = await Define("""{"type":"object","required":["a"],"properties":{"a":{"type":"string"},"n":{"type":"integer","maximum":9},"t":{"type":"string","format":"date-time"}},"x-kubernetes-validations":[{"rule":"false","message":"never"}]}""");

        var lacking = await kind.Create("x", """{"n":10}""");
        var large = await kind.Create("x", """{"a":"","n":10}""");
        var late = await kind.Create("x", """{"a":"","t":"tomorrow"}""");

        Assert.That(lacking.Message, Does.Contain("spec.a: Required value").And.Contain(Unchecked).And.Not.Contain("never"));
        Assert.That(large.Message, Does.Contain("spec.n: Invalid value: 10: spec.n in body should be less than or equal to 9").And.Contain("never").And.Not.Contain(Unchecked));
        Assert.That(late.Message, Does.Contain("spec.t: Invalid value: \"tomorrow\": spec.t in body must be of type date-time: \"tomorrow\"").And.Contain(Unchecked));
    }

    [Test]
    public async Task Items_are_told_from_each_other_where_they_have_keys_and_entries_by_their_names()
    {
        await using var kind = await Define(
            """
            {"type":"object","properties":{
             "list":{"type":"array","maxItems":9,"x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"],"items":{"type":"object","required":["k"],"properties":{
              "k":{"type":"string","maxLength":9},"v":{"type":"string","maxLength":9,"x-kubernetes-validations":[{"rule":"self == oldSelf","message":"v stays"}]}}}},
             "map":{"type":"object","maxProperties":9,"additionalProperties":{"type":"string","maxLength":9,"x-kubernetes-validations":[{"rule":"self == oldSelf","message":"stays"}]}},
             "set":{"type":"array","maxItems":9,"x-kubernetes-list-type":"set","items":{"type":"string","maxLength":9},"x-kubernetes-validations":[{"rule":"self == oldSelf","message":"set stays"}]}}}
            """);
        await kind.Create("x", """{"list":[{"k":"a","v":"1"}],"map":{"a.b":"1"},"set":["a","b"]}""");

        var moved = await kind.Merge("x", """{"spec":{"list":[{"k":"b","v":"2"},{"k":"a","v":"1"}],"map":{"c":"3"},"set":["b","a"]}}""");
        var changed = await kind.Merge("x", """{"spec":{"list":[{"k":"b","v":"2"},{"k":"a","v":"3"}],"map":{"a.b":"2"},"set":["c"]}}""");

        Assert.That(moved.Code, Is.EqualTo(200), moved.ToString());
        Assert.That(changed.Message, Does.Contain("spec.list[1].v: Invalid value: \"3\": v stays").And.Contain("spec.map[a.b]: Invalid value: \"2\": stays").And.Contain("spec.set: Invalid value: set stays"));
    }

    [Test]
    public async Task What_was_wrong_before_and_did_not_change_is_a_warning()
    {
        const string loose = """{"type":"object","properties":{"a":{"type":"string","maxLength":9},"n":{"type":"integer"},"b":{"type":"object","properties":{"c":{"type":"string"}}}}}""";
        const string strict =
            """
            {"type":"object","properties":{"a":{"type":"string","maxLength":9,"enum":["x","z"],"x-kubernetes-validations":[{"rule":"self == 'x'","message":"a is x"}]},"n":{"type":"integer"},
             "b":{"type":"object","required":["d"],"properties":{"c":{"type":"string"},"d":{"type":"string"}}}}}
            """;
        await using var kind = await Define(loose);
        await kind.Create("x", """{"a":"y","b":{"c":"1"}}""");
        await kind.Change(strict, refused: """{"a":"y"}""");

        var other = await kind.Merge("x", """{"spec":{"n":1}}""");
        var status = await kind.Merge("x", """{"status":{}}""", "/status");
        var same = await kind.Merge("x", """{"spec":{"a":"z"}}""");
        var parent = await kind.Merge("x", """{"spec":{"b":{"c":"2"}}}""");

        Assert.That((other.Code, status.Code, same.Code, parent.Code), Is.EqualTo((200, 200, 422, 422)), other.ToString());
        Assert.That(other.Warnings, Is.EqualTo(new[] { "299 - \"spec.a: Invalid value: \\\"y\\\": a is x\"" }));
        Assert.That(status.Warnings, Is.EqualTo(other.Warnings));
        Assert.That(same.Message, Does.EndWith("is invalid: spec.a: Invalid value: \"z\": a is x"));
        Assert.That(parent.Message, Does.Contain("spec.b.d: Required value"));
    }

    [Test]
    public async Task A_write_to_the_status_is_held_to_its_schema_and_its_rules()
    {
        await using var kind = await Define(
            """{"type":"object","properties":{"a":{"type":"string"}}}""",
            """{"type":"object","properties":{"n":{"type":"integer","format":"int64","minimum":0,"x-kubernetes-validations":[{"rule":"self >= oldSelf","message":"n never falls"}]},"e":{"type":"object","properties":{"t":{"type":"string","format":"date-time"}}}}}""");
        await kind.Create("x", """{"a":"1"}""");

        var set = await kind.Merge("x", """{"status":{"n":5},"spec":{"a":"2"},"metadata":{"labels":{"a":"b"}}}""", "/status");
        var spec = await kind.Merge("x", """{"status":{"n":1},"spec":{"a":"3"}}""");
        var fallen = await kind.Merge("x", """{"status":{"n":4}}""", "/status");
        var negative = await kind.Merge("x", """{"status":{"n":-1}}""", "/status");
        var late = await kind.Merge("x", """{"status":{"e":{"t":"tomorrow"}}}""", "/status");

        Assert.That(set.Body["spec"]!.ToJsonString() + set.Body["status"]!.ToJsonString(), Is.EqualTo("""{"a":"1"}{"n":5}"""));
        Assert.That(((int?)set.Body["metadata"]!["generation"], set.Body["metadata"]!["labels"]), Is.EqualTo((1, (object?)null)));
        Assert.That(spec.Body["spec"]!.ToJsonString() + spec.Body["status"]!.ToJsonString(), Is.EqualTo("""{"a":"3"}{"n":5}"""));
        Assert.That((int?)spec.Body["metadata"]!["generation"], Is.EqualTo(2));
        Assert.That(fallen.Message, Does.EndWith("status.n: Invalid value: 4: n never falls"));
        Assert.That(negative.Message, Does.Contain("status.n: Invalid value: -1: n in body should be greater than or equal to 0"));
        Assert.That(late.Message, Does.Contain("status.e.t: Invalid value: \"tomorrow\": e.t in body must be of type date-time: \"tomorrow\""));
    }

    [Test]
    public async Task Fields_with_names_of_the_language_or_none_it_can_say_are_reached_by_other_names()
    {
        await using var kind = await Define(
            """
            {"type":"object","properties":{"namespace":{"type":"string"},"a-b":{"type":"string"},"c__d":{"type":"string"},"e/f":{"type":"string"}},
             "x-kubernetes-validations":[{"rule":"!has(self.__namespace__) || self.__namespace__ != 'x'","message":"one"},{"rule":"!has(self.a__dash__b) || self.a__dash__b != 'x'","message":"two"},
              {"rule":"!has(self.c__underscores__d) || self.c__underscores__d != 'x'","message":"three"},{"rule":"!has(self.e__slash__f) || self.e__slash__f != 'x'","message":"four"}]}
            """);

        var answer = await kind.Create("x", """{"namespace":"x","a-b":"x","c__d":"x","e/f":"x"}""");

        foreach (var message in (string[])["one", "two", "three", "four"]) Assert.That(answer.Message, Does.Contain($"spec: Invalid value: {message}"));
    }

    [Test]
    public async Task A_null_where_none_is_allowed_is_as_good_as_nothing_and_in_a_list_it_is_an_error()
    {
        await using var kind = await Define("""{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string","nullable":true},"d":{"type":"string","default":"x"},"m":{"type":"object","additionalProperties":{"type":"string"}},"l":{"type":"array","items":{"type":"string"}}}}""");

        var created = await kind.Create("x", """{"a":null,"b":null,"d":null,"m":{"k":null}}""");
        var listed = await kind.Create("y", """{"l":[null]}""");

        Assert.That(JsonNode.DeepEquals(created.Body["spec"], JsonNode.Parse("""{"b":null,"d":"x","m":{}}""")), created.ToString());
        Assert.That(listed.Message, Does.Contain("spec.l[0]: Invalid value: \"null\": spec.l[0] in body must be of type string: \"null\""));
    }

    [Test]
    public async Task To_a_rule_a_null_field_is_not_there_and_a_null_entry_is()
    {
        await using var kind = await Define(
            """
            {"type":"object","properties":{"a":{"type":"string","nullable":true},"m":{"type":"object","maxProperties":5,"additionalProperties":{"type":"string","nullable":true}},"l":{"type":"array","maxItems":5,"items":{"type":"string","nullable":true}}},
             "x-kubernetes-validations":[{"rule":"!has(self.a) && 'k' in self.m && self.l.size() == 1","message":"as it should be"},{"rule":"self.a == 'x'","message":"x"}]}
            """);

        var answer = await kind.Create("x", """{"a":null,"m":{"k":null},"l":[null]}""");

        Assert.That(answer.Message, Does.EndWith("is invalid: spec: Invalid value: \"object\": no such key: a evaluating rule: x"));
    }

    [Test]
    public async Task A_rule_at_the_root_knows_the_name_and_has_no_path()
    {
        var definition = TestStorage.Json(DefinedKind.Whole($"{_cluster.Unique}.example.com", """{"type":"object"}"""));
        definition["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!["x-kubernetes-validations"] =
            JsonNode.Parse("""[{"rule":"self.metadata.name != 'x'","message":"not x"},{"rule":"self.kind != 'Probe'","message":"no probe","fieldPath":".spec"}]""");
        await using var kind = await DefinedKind.Define(_cluster, definition);

        var answer = await kind.Create("x", "{}");

        Assert.That(answer.Message, Does.EndWith("is invalid: [<nil>: Invalid value: not x, spec: Invalid value: no probe]"));
    }

    private Task<DefinedKind> Define(string spec, string status = """{"type":"object"}""") => DefinedKind.Define(_cluster, spec, status);
}
