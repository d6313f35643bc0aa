using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Groups;

namespace Sidecars.SnapshotController.Tests.Groups;

/// <summary>Which labels a selector selects.</summary>
internal sealed class LabelSelectorsTests
{
    [TestCase("a=1", "a=1 b=2", true)]
    [TestCase("a=1", "a=2", false)]
    [TestCase("a=1 b=2", "a=1", false)]
    [TestCase("", "a=1", true)]
    [TestCase("", "", true)]
    public void Labels(string wanted, string labels, bool selects) => Assert.That(LabelSelectors.Selects(new GroupSelector { MatchLabels = Map(wanted) }, Map(labels)), Is.EqualTo(selects));

    [TestCase("a", "In", "1 2", "a=2", true)]
    [TestCase("a", "In", "1 2", "a=3", false)]
    [TestCase("a", "In", "1", "b=1", false)]
    [TestCase("a", "NotIn", "1", "a=2", true)]
    [TestCase("a", "NotIn", "1", "", true)]
    [TestCase("a", "NotIn", "1", "a=1", false)]
    [TestCase("a", "Exists", "", "a=1", true)]
    [TestCase("a", "Exists", "", "b=1", false)]
    [TestCase("a", "DoesNotExist", "", "b=1", true)]
    [TestCase("a", "DoesNotExist", "", "a=1", false)]
    [TestCase("a", "Like", "1", "a=1", false)]
    public void Expressions(string key, string op, string values, string labels, bool selects) => Assert.That(LabelSelectors.Selects(Selector(key, op, values), Map(labels)), Is.EqualTo(selects));

    [TestCase("In", "", "needs values")]
    [TestCase("Exists", "1", "takes no values")]
    [TestCase("Like", "1", "is not a valid label selector operator")]
    [TestCase("In", "1", null)]
    [TestCase("Exists", "", null)]
    public void Problems(string op, string values, string? problem)
    {
        var found = LabelSelectors.Problem(Selector("a", op, values));
        if (problem is null) Assert.That(found, Is.Null);
        else Assert.That(found, Does.Contain(problem));
    }

    [Test]
    public void Text() => Assert.That(LabelSelectors.Text(new GroupSelector
    {
        MatchLabels = Map("b=2 a=1"),
        MatchExpressions = [.. Selector("c", "In", "x y").MatchExpressions!, .. Selector("d", "NotIn", "z").MatchExpressions!, .. Selector("e", "Exists", "").MatchExpressions!, .. Selector("f", "DoesNotExist", "").MatchExpressions!],
    }), Is.EqualTo("a=1,b=2,c in (x,y),d notin (z),e,!f"));

    private static GroupSelector Selector(string key, string op, string values) =>
        new() { MatchExpressions = [new LabelRequirement { Key = key, Operator = op, Values = values.Length is 0 ? null : values.Split(' ') }] };

    private static StringMap Map(string text) => StringMap.From(text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=')).Select(p => KeyValuePair.Create(p[0], p[1])));
}
