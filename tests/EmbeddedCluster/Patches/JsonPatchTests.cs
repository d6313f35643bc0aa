using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Tests;

internal sealed class JsonPatchTests
{
    [TestCase("""{"a":1}""", """[{"op":"add","path":"/b","value":2}]""", """{"a":1,"b":2}""")]
    [TestCase("""{"a":[1,3]}""", """[{"op":"add","path":"/a/1","value":2}]""", """{"a":[1,2,3]}""")]
    [TestCase("""{"a":[1]}""", """[{"op":"add","path":"/a/-","value":2}]""", """{"a":[1,2]}""")]
    [TestCase("""{"a":1,"b":2}""", """[{"op":"remove","path":"/b"}]""", """{"a":1}""")]
    [TestCase("""{"a":[1,2]}""", """[{"op":"remove","path":"/a/0"}]""", """{"a":[2]}""")]
    [TestCase("""{"a":1}""", """[{"op":"replace","path":"/a","value":{"x":1}}]""", """{"a":{"x":1}}""")]
    [TestCase("""{"a/b":1,"m~n":2}""", """[{"op":"replace","path":"/a~1b","value":3},{"op":"replace","path":"/m~0n","value":4}]""", """{"a/b":3,"m~n":4}""")]
    [TestCase("""{"a":1}""", """[{"op":"copy","from":"/a","path":"/b"}]""", """{"a":1,"b":1}""")]
    [TestCase("""{}""", """[{"op":"replace","path":"/b","value":1}]""", """{"b":1}""")]
    [TestCase("""{}""", """[{"op":"add","path":"/b"}]""", """{"b":null}""")]
    [TestCase("""{}""", """[{"op":"copy","from":"/a","path":"/b"}]""", """{"b":null}""")]
    [TestCase("""{}""", """[{"op":"test","path":"/b"}]""", """{}""")]
    [TestCase("""{"a":[1,2]}""", """[{"op":"add","path":"/a/-1","value":3}]""", """{"a":[1,2,3]}""")]
    [TestCase("""{"a":[1,2]}""", """[{"op":"replace","path":"/a/-1","value":3}]""", """{"a":[1,3]}""")]
    [TestCase("""{"a":[1,2]}""", """[{"op":"test","path":"/a/-2","value":1},{"op":"remove","path":"/a/-1"}]""", """{"a":[1]}""")]
    [TestCase("""{"a":[1,2]}""", """[{"op":"remove","path":"/a/01"}]""", """{"a":[1]}""")]
    [TestCase("""{"a":1}""", """[{"op":"move","from":"/a","path":"/b"}]""", """{"b":1}""")]
    [TestCase("""{"a":["x"]}""", """[{"op":"test","path":"/a/0","value":"x"},{"op":"remove","path":"/a/0"}]""", """{"a":[]}""")]
    [TestCase("""{"metadata":{}}""", """[{"op":"test","path":"/metadata/finalizers","value":null},{"op":"add","path":"/f","value":["x"]}]""", """{"metadata":{},"f":["x"]}""")]
    public void Applies(string document, string patch, string expected)
    {
        var (result, failure) = JsonPatch.Apply(JsonNode.Parse(document), JsonNode.Parse(patch)!.AsArray());

        Assert.That(failure, Is.Null);
        Assert.That(result!.ToJsonString(), Is.EqualTo(expected));
    }

    [TestCase("""{"a":1}""", """[{"op":"test","path":"/a","value":2}]""", false)]
    [TestCase("""{"a":1}""", """[{"op":"test","path":"/b","value":2}]""", false)]
    [TestCase("""{}""", """[{"op":"remove","path":"/b"}]""", false)]
    [TestCase("""{}""", """[{"op":"replace","path":"/b/c","value":1}]""", false)]
    [TestCase("""{"a":[1]}""", """[{"op":"replace","path":"/a/1","value":1}]""", false)]
    [TestCase("""{"a":[1]}""", """[{"op":"remove","path":"/a/-2"}]""", false)]
    [TestCase("""{"a":[1]}""", """[{"op":"remove","path":"/a/-"}]""", false)]
    [TestCase("""{}""", """[{"op":"test","path":"/b/c","value":null}]""", false)]
    [TestCase("""{}""", """[{"op":"move","from":"/a","path":"/b"}]""", false)]
    [TestCase("""{"a":1}""", """[{"op":"copy","path":"/b"}]""", false)]
    [TestCase("""{"a":1}""", """[{"op":"test","path":"/a"}]""", false)]
    [TestCase("""{}""", """[{"op":"add","path":"/b/c","value":1}]""", false)]
    [TestCase("""{"a":[1]}""", """[{"op":"remove","path":"/a/01"}]""", false)]
    [TestCase("""{"a":[1]}""", """[{"op":"add","path":"/a/3","value":1}]""", false)]
    [TestCase("""{"a":{"b":1}}""", """[{"op":"move","from":"/a","path":"/a/b/c"}]""", false)]
    [TestCase("""{}""", """[{"op":"add","path":"b","value":1}]""", false)]
    [TestCase("""{}""", """[{"op":"fly","path":"/b"}]""", false)]
    [TestCase("""{}""", """[{"path":"/b"}]""", false)]
    [TestCase("""{}""", """[5]""", true)]
    public void Refuses(string document, string patch, bool isMalformed)
    {
        var (_, failure) = JsonPatch.Apply(JsonNode.Parse(document), JsonNode.Parse(patch)!.AsArray());

        Assert.That(failure, Is.Not.Null);
        Assert.That(failure!.IsMalformed, Is.EqualTo(isMalformed), failure.Message);
    }
}
