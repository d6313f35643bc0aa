using System.Text.Json.Nodes;

namespace Sidecars.Vectors.Tests;

public sealed class NormaliserTests
{
    private const string Uid = "0a1b2c3d-4e5f-6789-abcd-ef0123456789";
    private readonly Normaliser _normaliser = new([(Uid, "<uid:PersistentVolumeClaim/default/a>")]);

    private static IEnumerable<string> Scenarios => Vector.Names;

    [TestCase("pvc-" + Uid, "pvc-<uid:PersistentVolumeClaim/default/a>")]
    [TestCase("prime-0a1b2c3d4e", "prime-<uid10:PersistentVolumeClaim/default/a>")]
    [TestCase("x-0a1b2c3d", "x-<uid8:PersistentVolumeClaim/default/a>")]
    [TestCase("x-0a1b2c3d4", "x-0a1b2c3d4")]
    [TestCase("1767225600123-4711-csi.example.com", "<identity>-csi.example.com")]
    [TestCase("csisc-7x2kq", "csisc-<random>")]
    [TestCase("snapcontent-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "snapcontent-<sha256>")]
    [TestCase("since 2026-07-01T10:11:12Z", "since <time>")]
    [TestCase("2026-07-01T10:11:12.123456Z", "<time>")]
    [TestCase("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z")]
    [TestCase("at 1785578400123456789", "at <nanos>")]
    [TestCase("1073741824", "1073741824")]
    public void Text_that_differs_from_run_to_run_becomes_a_placeholder(string text, string normalised) =>
        Assert.That(_normaliser.Text(text), Is.EqualTo(normalised));

    [Test]
    public void Bookkeeping_fields_go_and_a_uid_goes_only_beside_a_creation_time() => Assert.That(
        CanonicalJson.Of(_normaliser.Normalise(JsonNode.Parse("""
            {"metadata":{"name":"b","uid":"ffffffff-0000","creationTimestamp":"2026-07-01T10:11:12Z","resourceVersion":"7","generation":2,"managedFields":[]},
             "ref":{"uid":"0a1b2c3d-4e5f-6789-abcd-ef0123456789"}}
            """))),
        Is.EqualTo("""{"metadata": {"name": "b"}, "ref": {"uid": "<uid:PersistentVolumeClaim/default/a>"}}"""));

    [Test]
    public void Times_as_numbers_go_and_other_numbers_stay() => Assert.That(
        CanonicalJson.Of(_normaliser.Normalise(JsonNode.Parse("[1785578400123456789,1767225600000000000,1073741824,true,null,1.5]"))),
        Is.EqualTo("""["<nanos>", 1767225600000000000, 1073741824, true, null, 1.5]"""));

    [TestCaseSource(nameof(Scenarios))]
    public void What_is_normalised_already_stays_as_it_is(string scenario)
    {
        var reference = Vector.Load(scenario).Expect;
        Assert.That(CanonicalJson.Of(_normaliser.Normalise(reference)), Is.EqualTo(CanonicalJson.Of(reference)));
    }
}
