namespace Sidecars.Documentation.Tests.Sources;

/// <summary>The reader of sources that the other tests stand on.</summary>
internal sealed class CSharpTextTests
{
    [TestCase("x = \"a\"; // \"no\"", "a")]
    [TestCase("/* \"no\" */ f(\"a\", \"\", '\"', \"b\\\"c\")", "a", "", "b\"c")]
    [TestCase("$\"the {kind} {(is ? \"one\" : $\"two {n}\")} end\"", "the \u0001 \u0001 end", "one", "two \u0001")]
    [TestCase("$\"a {{b}} {c:X2}\"", "a {b} \u0001")]
    [TestCase("\"a \" +\n  $\"b {c}\" + \" d\"", "a b \u0001 d")]
    [TestCase("$\"a {(x ? \"b\" : y)}\" + \"c\"", "a \u0001c", "b")]
    [TestCase("f(\"a\" + x + \"b\")", "a", "b")]
    [TestCase("@\"a\"\"b\\\"", "a\"b\\")]
    [TestCase("\"\"\"a \"b\" {c}\"\"\"", "a \"b\" {c}")]
    [TestCase("$$\"\"\"{\"a\":{{b}}}\"\"\"", "{\"a\":\u0001}")]
    [TestCase("'\\'' + '\\\\' + \"a\"", "a")]
    public void Texts_are_found_as_they_are_written(string source, params string[] texts) =>
        Assert.That(CSharpText.Of(source).Select(text => text.Text), Is.EqualTo(texts));

    [Test]
    public void Every_source_of_a_program_can_be_read()
    {
        var texts = Repository.ShippedSources().Sum(path => CSharpText.Of(File.ReadAllText(path)).Count);
        Assert.That(texts, Is.GreaterThan(3000));
    }
}
