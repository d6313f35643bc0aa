using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Tests;

/// <summary>Which definitions any API server refuses, and why. Runs against the cluster of KUBECONFIG where that is set.</summary>
internal sealed class DefinitionContractTests
{
    private const string Fields =
        """
        "i":{"type":"integer"},"s":{"type":"string","maxLength":9},"b":{"type":"boolean"},"d":{"type":"number"},"t":{"type":"string","format":"date-time"},
        "l":{"type":"array","maxItems":5,"items":{"type":"string","maxLength":5}},"m":{"type":"object","maxProperties":5,"additionalProperties":{"type":"integer"}},
        "q":{"x-kubernetes-int-or-string":true},"o":{"type":"object","properties":{"k":{"type":"string"}}},"namespace":{"type":"string"},"x":{"type":"object","x-kubernetes-preserve-unknown-fields":true}
        """;

    private ContractCluster _cluster = null!;

    [OneTimeSetUp]
    public async Task Connect() => _cluster = await ContractCluster.Connect();

    [OneTimeTearDown]
    public async Task Disconnect() => await _cluster.DisposeAsync();

    [TestCase("self.nosuch == 1", "1:5: undefined field 'nosuch'")]
    [TestCase("has(self.nosuch)", "undefined field 'nosuch'")]
    [TestCase("self.o.nosuch == 1", "1:7: undefined field 'nosuch'")]
    [TestCase("self.x.anything == 1", "1:7: undefined field 'anything'")]
    [TestCase("nosuch.i == 1", "1:1: undeclared reference to 'nosuch' (in container '')")]
    [TestCase("nosuch(self.i)", "1:7: undeclared reference to 'nosuch' (in container '')")]
    [TestCase("self.s.nosuch(1)", "undeclared reference to 'nosuch' (in container '')")]
    [TestCase("self.i == self.s", "1:8: found no matching overload for '_==_' applied to '(int, string)'")]
    [TestCase("self.d == 1", "found no matching overload for '_==_' applied to '(double, int)'")]
    [TestCase("self.t == 'x'", "found no matching overload for '_==_' applied to '(timestamp, string)'")]
    [TestCase("self.l == [1]", "found no matching overload for '_==_' applied to '(list(string), list(int))'")]
    [TestCase("self.l[0] == 1", "1:11: found no matching overload for '_==_' applied to '(string, int)'")]
    [TestCase("self.l['a'] == ''", "1:7: found no matching overload for '_[_]' applied to '(list(string), string)'")]
    [TestCase("1 in self.l", "1:3: found no matching overload for '@in' applied to '(int, list(string))'")]
    [TestCase("has(self.l[0])", "1:11: invalid argument to has() macro")]
    [TestCase("size(self.i) == 1", "1:5: found no matching overload for 'size' applied to '(int)'")]
    [TestCase("self.i.size() == 1", "1:12: found no matching overload for 'size' applied to 'int.()'")]
    [TestCase("self.i + self.d == 1", "1:8: found no matching overload for '_+_' applied to '(int, double)'")]
    [TestCase("self.s + 1 == ''", "found no matching overload for '_+_' applied to '(string, int)'")]
    [TestCase("self.l < self.l", "found no matching overload for '_<_' applied to '(list(string), list(string))'")]
    [TestCase("self.d % 2.0 == 0.0", "found no matching overload for '_%_' applied to '(double, double)'")]
    [TestCase("-self.s == 1", "1:1: found no matching overload for '-_' applied to '(string)'")]
    [TestCase("self.b ? 1 : 'a'", "1:8: found no matching overload for '_?_:_' applied to '(bool, int, string)'")]
    [TestCase("self.b && self.i", "1:15: expected type 'bool' but found 'int'")]
    [TestCase("!self.i", "found no matching overload for '!_' applied to '(int)'")]
    [TestCase("self.s.matches('[')", "invalid matches argument")]
    [TestCase("self.l.all(1, true)", "1:12: argument must be a simple name")]
    [TestCase("self.l.all(a, b)", "1:15: undeclared reference to 'b' (in container '')")]
    [TestCase("self.l.exists(x, true) && x == 1", "1:27: undeclared reference to 'x' (in container '')")]
    [TestCase("self.l.exists(x, x == 1)", "1:20: found no matching overload for '_==_' applied to '(string, int)'")]
    [TestCase("[1, 'a'] == [1]", "1:5: expected type 'int' but found 'string'")]
    [TestCase("null == self.s", "found no matching overload for '_==_' applied to '(null, string)'")]
    [TestCase("if == 1", "1:1: reserved identifier: if")]
    [TestCase("self.i ==", "1:10: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}")]
    [TestCase("self.i", "cel expression must evaluate to a bool")]
    [TestCase(" ", "Required value: rule is not specified")]
    public async Task A_rule_that_can_never_be_evaluated_refuses_its_definition(string rule, string why)
    {
        var answer = await Try(Rules(new JsonObject { ["rule"] = rule }));

        Assert.That((answer.Code, answer.Reason), Is.EqualTo((422, "Invalid")), answer.ToString());
        Assert.That(answer.Message, Does.Contain("spec.validation.openAPIV3Schema.properties[spec].x-kubernetes-validations[0].rule: ").And.Contain(why));
    }

    [TestCase("self.namespace == '' && self.__namespace__ == ''")]
    [TestCase("self.q == 1 && self.q == 'a' && self.q == true")]
    [TestCase("type(self.q) == string && string(self.i) == 'a'")]
    [TestCase("self.t > timestamp('2020-01-01T00:00:00Z')")]
    [TestCase("self.l == [] && self.l + ['a'] == self.l")]
    [TestCase("self.m.anything == 1 && self.m.all(k, self.m[k] == 1) && {'a': 1} == self.m")]
    [TestCase("self.o == null || self.i < self.d")]
    [TestCase("self.l.map(x, x + 'a') == ['aa'] && self.l.map(x, size(x)).exists_one(y, y == 1) && self.l.filter(x, x != 'b').size() == 1")]
    [TestCase("self == oldSelf && oldSelf.s.startsWith('a')")]
    public async Task A_rule_that_can_be_evaluated_is_taken(string rule)
    {
        var answer = await Try(Rules(new JsonObject { ["rule"] = rule }));

        Assert.That(answer.Code, Is.EqualTo(201), answer.ToString());
    }

    [TestCase("""{"rule":"true","message":" "}""", ".message: Invalid value: \" \": must be non-empty if specified")]
    [TestCase("""{"rule":"true","message":"a\nb"}""", ".message: Invalid value: \"a\\nb\": must not contain line breaks")]
    [TestCase("""{"rule":"true","reason":"Foo"}""", ".reason: Unsupported value: \"Foo\": supported values: \"FieldValueDuplicate\", \"FieldValueForbidden\", \"FieldValueInvalid\", \"FieldValueRequired\"")]
    [TestCase("""{"rule":"true","fieldPath":".nosuch"}""", ".fieldPath: Invalid value: \".nosuch\": must be a valid path")]
    [TestCase("""{"rule":"true","messageExpression":"nosuch"}""", "messageExpression compilation failed: ERROR: <input>:1:1: undeclared reference to 'nosuch' (in container '')")]
    [TestCase("""{"rule":"true","messageExpression":"1"}""", "messageExpression must evaluate to a string")]
    public async Task What_belongs_to_a_rule_is_checked(string rule, string why)
    {
        var answer = await Try(Rules(TestStorage.Json(rule)));

        Assert.That(answer.Code, Is.EqualTo(422), answer.ToString());
        Assert.That(answer.Message, Does.Contain("spec.validation.openAPIV3Schema.properties[spec].x-kubernetes-validations[0]").And.Contain(why));
    }

    [TestCase("""{"type":"array","maxItems":5,"items":{"type":"string","maxLength":5,"x-kubernetes-validations":[{"rule":"self == oldSelf"}]}}""",
        ".items.x-kubernetes-validations[0].rule: Invalid value: \"self == oldSelf\": oldSelf cannot be used on the uncorrelatable portion of the schema within spec.validation.openAPIV3Schema.properties[spec]")]
    [TestCase("""{"type":"object","properties":{"a":{"description":"anything"}}}""", ".properties[a].type: Required value: must not be empty for specified object fields")]
    [TestCase("""{"type":"array"}""", ".items: Required value: must be specified")]
    [TestCase("""{"type":"string","pattern":"["}""", ".pattern: Invalid value: \"[\": must be a valid regular expression, but isn't: ")]
    [TestCase("""{"type":"array","items":{"type":"object"},"x-kubernetes-list-type":"map"}""", ".x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map")]
    public async Task A_schema_that_is_not_structural_refuses_its_definition(string spec, string why)
    {
        var answer = await Try(DefinedKind.Whole(Group, spec));

        Assert.That(answer.Code, Is.EqualTo(422), answer.ToString());
        Assert.That(answer.Message, Does.Contain("spec.validation.openAPIV3Schema.properties[spec]" + why));
    }

    [TestCase(".spec.nosuch", "Invalid value: \".spec.nosuch\": is an invalid path: does not refer to a valid field")]
    [TestCase(".spec.o", "Invalid value: \".spec.o\": must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.")]
    [TestCase(".metadata.name", "is an invalid path: does not refer to a valid field")]
    [TestCase("spec.s", "is an invalid path: expected [ or . but got: spec")]
    [TestCase(".spec.l[0]", "is an invalid path: array notation is not allowed")]
    public async Task A_field_that_cannot_be_selected_by_refuses_its_definition(string path, string why)
    {
        var definition = TestStorage.Json(Rules());
        definition["spec"]!["versions"]![0]!["selectableFields"] = new JsonArray(new JsonObject { ["jsonPath"] = path });

        var answer = await Try(definition.ToJsonString());

        Assert.That(answer.Code, Is.EqualTo(422), answer.ToString());
        Assert.That(answer.Message, Does.Contain("spec.selectableFields[0].jsonPath: ").And.Contain(why));
    }

    [Test]
    public async Task Selectable_fields_that_are_alike_in_versions_with_schemas_that_are_not_refuse_their_definition()
    {
        var definition = TestStorage.Json(Rules());
        var versions = definition["spec"]!["versions"]!.AsArray();
        versions[0]!["selectableFields"] = new JsonArray(new JsonObject { ["jsonPath"] = ".spec.s" });
        var second = versions[0]!.DeepClone();
        (second["name"], second["storage"]) = ("v2", false);
        second["schema"]!["openAPIV3Schema"]!["properties"]!["more"] = new JsonObject { ["type"] = "string" };
        versions.Add(second);

        var alike = await Try(definition.ToJsonString());
        second.AsObject().Remove("selectableFields");
        var differing = await Try(definition.ToJsonString());

        Assert.That((alike.Code, differing.Code), Is.EqualTo((422, 201)), differing.ToString());
        Assert.That(alike.Message, Does.EndWith("spec.selectableFields: Invalid value: \"\": may only be set when validations.schema is included"));
    }

    [Test]
    public async Task Columns_that_cannot_be_printed_refuse_their_definition()
    {
        var definition = TestStorage.Json(Rules());
        definition["spec"]!["versions"]![0]!["additionalPrinterColumns"] =
            JsonNode.Parse("""[{"name":"a","type":"foo","jsonPath":".x"},{"name":"b","type":"string","jsonPath":"x"},{"name":"c","type":"string"},{"type":"date","jsonPath":".a","format":"zz"}]""");

        var answer = await Try(definition.ToJsonString());

        Assert.That(answer.Message, Does.EndWith(
            "[spec.additionalPrinterColumns[0].type: Invalid value: \"foo\": must be one of boolean,date,integer,number,string, " +
            "spec.additionalPrinterColumns[1].JSONPath: Invalid value: \"x\": must be a simple json path starting with ., spec.additionalPrinterColumns[2].JSONPath: Required value, " +
            "spec.additionalPrinterColumns[3].name: Required value, " +
            "spec.additionalPrinterColumns[3].format: Invalid value: \"zz\": must be one of byte,date,date-time,double,float,int32,int64,password]"));
    }

    [TestCase("", "Required value: protected groups must have approval annotation \"api-approved.kubernetes.io\", see https://github.com/kubernetes/enhancements/pull/1111")]
    [TestCase("foo", "Invalid value: \"foo\": protected groups must have approval annotation \"api-approved.kubernetes.io\" with either a URL or a reason starting with \"unapproved\", see https://github.com/kubernetes/enhancements/pull/1111")]
    [TestCase("https://", "Invalid value: \"https://\": protected groups must have")]
    [TestCase("/foo", "Invalid value: \"/foo\": protected groups must have")]
    [TestCase("https://example.com/1", "")]
    [TestCase("unapproved, a test", "")]
    public async Task A_protected_group_needs_an_approval(string approval, string why)
    {
        var definition = TestStorage.Json(DefinedKind.Whole($"{_cluster.Unique}.k8s.io", "{\"type\":\"object\"}"));
        definition["metadata"]!["annotations"] = new JsonObject { ["api-approved.kubernetes.io"] = approval };

        var answer = await Try(definition.ToJsonString());

        Assert.That(answer.Code, Is.EqualTo(why.Length == 0 ? 201 : 422), answer.ToString());
        if (why.Length > 0) Assert.That(answer.Message, Does.Contain("metadata.annotations[api-approved.kubernetes.io]: " + why));
    }

    private string Group => $"{_cluster.Unique}.example.com";

    private string Rules(params JsonObject[] rules) =>
        DefinedKind.Whole(Group, $$$"""{"type":"object","properties":{ {{{Fields}}} },"x-kubernetes-validations":{{{new JsonArray([.. rules]).ToJsonString()}}} }""");

    private Task<ApiAnswer> Try(string definition) => _cluster.Client.Post(DefinedKind.Definitions + "?dryRun=All", definition);
}
