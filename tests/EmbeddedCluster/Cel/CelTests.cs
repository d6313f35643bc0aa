using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Tests;

/// <summary>What expressions come to, by the language's specification.</summary>
internal sealed class CelTests
{
    private const string Schema =
        """
        {"type":"object","properties":{
         "i":{"type":"integer"},"d":{"type":"number"},"s":{"type":"string"},"b":{"type":"boolean"},"t":{"type":"string","format":"date-time"},"u":{"type":"string","format":"duration"},"by":{"type":"string","format":"byte"},
         "l":{"type":"array","items":{"type":"string"}},"set":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"integer"}},
         "keyed":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"],"items":{"type":"object","properties":{"k":{"type":"string"}}}},
         "m":{"type":"object","additionalProperties":{"type":"integer"}},"o":{"type":"object","properties":{"k":{"type":"string"},"gone":{"type":"string"}}},
         "q":{"x-kubernetes-int-or-string":true},"p":{"x-kubernetes-int-or-string":true},"n":{"type":"object","nullable":true,"properties":{}},"namespace":{"type":"string"},"absent":{"type":"string"}}}
        """;

    private const string Self =
        """
        {"i":7,"d":2.5,"s":"héllo","b":true,"t":"2026-01-02T03:04:05Z","u":"1m30s","by":"YWI=","l":["a","bb","a"],"set":[1,2],"keyed":[{"k":"x"},{"k":"y"}],"m":{"one":1,"two":2,"namespace":3},
         "o":{"k":"v"},"q":5,"p":"5","n":null,"namespace":"ns"}
        """;

    private static readonly CelType s_type = new SchemaNode(TestStorage.Json(Schema)).CelType;

    // Literals and arithmetic.
    [TestCase("1 + 2 * 3 == 7")]
    [TestCase("(1 + 2) * 3 == 9")]
    [TestCase("10 - 3 - 2 == 5")]
    [TestCase("-7 / 2 == -3 && -7 % 2 == -1")]
    [TestCase("0x1F == 31 && 1e3 == 1000.0 && .5 == 0.5 && 5u == 5u")]
    [TestCase("-9223372036854775808 < 9223372036854775807")]
    [TestCase("--self.i == 7 && !!self.b")]
    [TestCase("'a' + \"b\" == 'ab' && r'\\n' != '\\n' && '\\u00e9\\x41\\101' == 'éAA'")]
    [TestCase("'''a'b\nc''' == \"a'b\\nc\"")]
    [TestCase("b'ab' == self.by")]
    [TestCase("1 < 1.5 && 2.0 == double(2) && int('12') == 12 && int(2.9) == 2 && string(1) + string(true) == '1true'")]
    // Objects, maps and lists.
    [TestCase("self.i == 7 && self.d > 2.4 && self.s.size() == 5 && size(self.l) == 3")]
    [TestCase("has(self.o.k) && !has(self.o.gone) && !has(self.absent) && !has(self.n)")]
    [TestCase("self.namespace == 'ns' && self.__namespace__ == 'ns' && self.m.namespace == 3")]
    [TestCase("self.m.one == 1 && self.m['two'] == 2 && 'one' in self.m && !('three' in self.m)")]
    [TestCase("self.l[1] == 'bb' && 'a' in self.l && !('c' in self.l) && self.i in [6, 7]")]
    [TestCase("self.l == ['a', 'bb', 'a'] && self.l != ['bb', 'a', 'a'] && self.set == [2, 1] && [1] + [2] == [1, 2]")]
    [TestCase("{'a': 1, 'b': 2} == {'b': 2, 'a': 1} && {1: 'x'}[1] == 'x'")]
    [TestCase("self.o != null && self == self && self.o == self.o")]
    [TestCase("self.q == 5 && self.p == '5' && self.q != self.p && type(self.q) == int && type(self.p) == string")]
    // Times.
    [TestCase("self.t == timestamp('2026-01-02T04:04:05+01:00') && self.t < timestamp('2027-01-01T00:00:00Z')")]
    [TestCase("self.u == duration('90s') && duration('1h') > self.u")]
    // Logic: one side that decides is enough.
    [TestCase("true || self.absent == ''")]
    [TestCase("self.absent == '' || true")]
    [TestCase("!(false && self.absent == '') && !(self.absent == '' && false)")]
    [TestCase("self.b ? true : self.absent == ''")]
    [TestCase("false ? false : true ? true : false")]
    // Macros.
    [TestCase("self.l.all(x, x != '') && !self.l.all(x, x == 'a') && [].all(x, false)")]
    [TestCase("self.l.exists(x, x == 'bb') && !self.l.exists(x, x == 'c') && self.l.exists_one(x, x == 'bb') && !self.l.exists_one(x, x == 'a')")]
    [TestCase("self.l.map(x, size(x)) == [1, 2, 1] && self.l.map(x, x == 'a', x + '!') == ['a!', 'a!'] && self.l.filter(x, x == 'a') == ['a', 'a']")]
    [TestCase("self.m.all(k, self.m[k] > 0) && self.m.exists(k, k == 'one')")]
    [TestCase("self.l.exists(x, self.l.exists(y, x + y == 'bba'))")]
    [TestCase("['', 'a'].exists(x, {'a': 1}[x] == 1) && ['', 'a'].all(self, self.size() < 2)")]
    [TestCase("self.keyed.all(e, has(e.k)) && self.keyed.filter(e, e.k == 'y').size() == 1")]
    // Texts.
    [TestCase("self.s.startsWith('hé') && self.s.endsWith('lo') && self.s.contains('ll') && self.s.matches('^h.llo$') && matches(self.s, 'l+') && !self.s.matches('^l')")]
    public void What_is_true(string expression) => Assert.That(Run(expression), Is.EqualTo(true));

    [TestCase("self.absent == ''", "no such key: absent")]
    [TestCase("self.m.three == 3", "no such key: three")]
    [TestCase("self.m['three'] == 3", "no such key: three")]
    [TestCase("self.l[3] == ''", "index out of bounds: 3")]
    [TestCase("self.l[-1] == ''", "index out of bounds: -1")]
    [TestCase("self.i / 0 == 1", "division by zero")]
    [TestCase("self.i % 0 == 1", "modulus by zero")]
    [TestCase("9223372036854775807 + self.i > 0", "integer overflow")]
    [TestCase("-(-9223372036854775807 - 1) > 0", "integer overflow")]
    [TestCase("false || self.absent == ''", "no such key: absent")]
    [TestCase("self.l.all(x, x != '' && self.absent == x)", "no such key: absent")]
    [TestCase("self.q + self.p == 1", "no such overload")]
    [TestCase("self.q && true", "no such overload")]
    [TestCase("{'a': 1, 'a': 2} == self.m", "insert of duplicate key a")]
    [TestCase("int('x') == 1", "type conversion error from 'string' to 'int'")]
    [TestCase("timestamp('x') == self.t", "invalid timestamp \"x\"")]
    public void What_fails(string expression, string why) => Assert.That(Run(expression), Is.EqualTo(new CelError(why)));

    [TestCase("'a", "token recognition error")]
    [TestCase("'\\q' == 'q'", "token recognition error")]
    [TestCase("self.i @ 2", "token recognition error at: '@'")]
    [TestCase("self.i == 1 )", "mismatched input ')'")]
    [TestCase("9223372036854775808 > 0", "invalid int literal")]
    [TestCase("99999999999999999999 > 0", "token recognition error")]
    [TestCase("self.", "mismatched input '<EOF>'")]
    [TestCase("{1 2}", "mismatched input '2' expecting ':'")]
    [TestCase("self.i.map(x, x) == []", "expression of type 'int' cannot be range of a comprehension")]
    [TestCase("self.s.k == ''", "type 'string' does not support field selection")]
    [TestCase("self.o == self.n", "found no matching overload for '_==_'")]
    public void What_does_not_compile(string expression, string why) => Assert.That(CelProgram.Compile(expression, s_type).Error, Does.Contain(why));

    [Test]
    public void An_expression_that_is_nested_too_deep_is_refused_and_a_long_one_is_not()
    {
        var parentheses = new string('(', 300) + "true" + new string(')', 300);
        var signs = new string('!', 5000) + "true";
        var chain = string.Join(" && ", Enumerable.Repeat("true", 5000));
        var members = "self" + string.Concat(Enumerable.Repeat(".o", 5000));
        var wide = $"1 in [{string.Join(',', Enumerable.Range(0, 5000))}]";

        foreach (var deep in (string[])[parentheses, signs, chain, members])
            Assert.That(CelProgram.Compile(deep, s_type).Error, Does.Contain("recursion limit exceeded").Or.Contain("nested too deep"));
        Assert.That(Run(wide), Is.EqualTo(true));
        Assert.That(Run(string.Join(" && ", Enumerable.Repeat("true", 500))), Is.EqualTo(true));
    }

    [TestCase("self == oldSelf", true)]
    [TestCase("has(oldSelf.s)", true)]
    [TestCase("self.l.exists(oldSelf, oldSelf == 'a')", false)]
    [TestCase("self.s == 'oldSelf'", false)]
    public void A_rule_about_a_change_is_one_that_mentions_what_was(string expression, bool expected) =>
        Assert.That(CelProgram.Compile(expression, s_type).Program!.UsesOldSelf, Is.EqualTo(expected));

    private static object Run(string expression)
    {
        var (program, error) = CelProgram.Compile(expression, s_type);
        Assert.That(error, Is.Empty);
        return program!.Run(SchemaTypes.ValueOf(JsonNode.Parse(Self), new SchemaNode(TestStorage.Json(Schema))), null);
    }
}
