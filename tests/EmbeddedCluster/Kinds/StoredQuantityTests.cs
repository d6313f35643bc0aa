using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Tests;

/// <summary>
/// Quantities are stored as a real server stores them: what its own reader keeps of the text, and in lists of resources rounded up to a
/// thousandth. What it cannot read it refuses in its words.
/// </summary>
internal sealed class StoredQuantityTests
{
    private const string Regex = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
    private const string Suffix = "unable to parse quantity's suffix";
    private const string Number = "unable to parse numeric part of quantity";

    // Where a quantity may stand; @ is its place in the object.
    private static readonly Place[] Places =
    [
        new("persistentvolumeclaims", """{"metadata":{"name":"a","namespace":"default"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":@}}}}""", "spec/resources/requests/storage"),
        new("persistentvolumeclaims", """{"metadata":{"name":"a","namespace":"default"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":1},"limits":{"storage":@}}}}""", "spec/resources/limits/storage"),
        new("persistentvolumes", """{"metadata":{"name":"a"},"spec":{"capacity":{"storage":@},"accessModes":["ReadWriteOnce"],"csi":{"driver":"csi.example.com","volumeHandle":"h"}}}""", "spec/capacity/storage"),
        new("pods", """{"metadata":{"name":"a","namespace":"default"},"spec":{"containers":[{"name":"c","image":"i","resources":{"limits":{"memory":@}}}]}}""", "spec/containers/0/resources/limits/memory"),
        new("pods", """{"metadata":{"name":"a","namespace":"default"},"spec":{"containers":[{"name":"c","image":"i","resources":{"requests":{"memory":@}}}]}}""", "spec/containers/0/resources/requests/memory"),
        new("csistoragecapacities", """{"metadata":{"name":"a","namespace":"default"},"storageClassName":"fast","capacity":@}""", "capacity", IsResourceList: false),
        new("csistoragecapacities", """{"metadata":{"name":"a","namespace":"default"},"storageClassName":"fast","maximumVolumeSize":@}""", "maximumVolumeSize", IsResourceList: false),
    ];

    private static readonly (string Written, string Stored, string Rounded)[] Texts =
    [
        ("\"3.2Gi\"", "3435973836800m", "3435973836800m"),
        ("\"0.5Gi\"", "512Mi", "512Mi"),
        ("\"2.5G\"", "2500M", "2500M"),
        ("\"1e3\"", "1e3", "1e3"),
        ("\"1E3\"", "1E3", "1E3"),
        ("\"500m\"", "500m", "500m"),
        ("\"8589934592Gi\"", "9223372036854775807", "9223372036854775807"),
        ("\"16Ei\"", "9223372036854775807", "9223372036854775807"),
        ("\"10E\"", "10E", "10E"),
        ("\"73786976299133170k\"", "73786976299133170k", "73786976299133170k"),
        ("\"0.1n\"", "1n", "1m"),
        ("\"+1\"", "+1", "+1"),
        ("\"1.500\"", "1.500", "1.500"),
        ("\"9223372036854775808\"", "9223372036854775808", "9223372036854775808"),
        ("\"1.500001\"", "1.500001", "1501m"),
        ("\"+01.Gi\"", "+01.Gi", "+01.Gi"),
        ("\" 1024Mi \"", "1Gi", "1Gi"),
        ("1500000000", "1500M", "1500M"),
        ("1.50", "1500m", "1500m"),
        ("1e21", "1e21", "1e21"),
    ];

    private static readonly (string Written, string Message)[] Refused =
    [
        ("\"a lot\"", Regex),
        ("\"\"", Regex),
        ("\"1.1.1\"", Regex),
        ("\"1K\"", Suffix),
        ("\"1mi\"", Suffix),
        ("\"1e\"", Suffix),
        ("\"Ei\"", Number),
        ("true", Regex),
        ("{}", Regex),
    ];

    private static IEnumerable<TestCaseData> Stored() =>
        from place in Places
        from text in Texts
        select new TestCaseData(place, text.Written, place.IsResourceList ? text.Rounded : text.Stored).SetArgDisplayNames(place.Resource, place.Path, text.Written);

    private static IEnumerable<TestCaseData> Refusals() =>
        from place in Places
        from text in Refused
        select new TestCaseData(place, text.Written, text.Message).SetArgDisplayNames(place.Resource, place.Path, text.Written);

    [TestCaseSource(nameof(Stored))]
    public void A_quantity_is_stored_as_the_server_writes_it(Place place, string written, string expected)
    {
        using var storage = TestStorage.Create();

        var stored = storage.Create(place.Resource, place.Object(written)).Value.ToJson();

        Assert.That(place.Find(stored), Is.EqualTo(expected));
    }

    [TestCaseSource(nameof(Refusals))]
    public void What_is_no_quantity_is_refused_in_the_servers_words(Place place, string written, string expected)
    {
        using var storage = TestStorage.Create();

        var error = storage.Create(place.Resource, place.Object(written)).Error;

        Assert.That(error?.Code, Is.EqualTo(400));
        Assert.That(error!.Message, Does.Match("^[A-Za-z]+ in version \"v1\" cannot be handled as a [A-Za-z]+: ").And.EndsWith(": " + expected));
    }

    [Test]
    public void What_a_patch_brings_is_stored_as_the_server_writes_it()
    {
        using var storage = TestStorage.Create();
        _ = storage.Create("persistentvolumeclaims", Places[0].Object("\"1Gi\"")).Value;

        var status = storage.Patch("persistentvolumeclaims", "default", "a", PatchKind.Merge,
            TestStorage.Json("""{"status":{"phase":"Bound","capacity":{"storage":"3.2Gi"},"allocatedResources":{"storage":"0.1n"}}}"""), "status").Value.ToJson();
        var grown = storage.Patch("persistentvolumeclaims", "default", "a", PatchKind.Merge,
            TestStorage.Json("""{"spec":{"resources":{"requests":{"storage":"16Ei"}}}}""")).Value.ToJson();

        Assert.That(status.Text("status", "capacity", "storage"), Is.EqualTo("3435973836800m"));
        Assert.That(status.Text("status", "allocatedResources", "storage"), Is.EqualTo("1m"));
        Assert.That(grown.Text("spec", "resources", "requests", "storage"), Is.EqualTo("9223372036854775807"));
    }

    [TestCase("10E", "9223372036854775807", true)]
    [TestCase("10E", "8Ei", true)]
    [TestCase("9223372036854775808", "10E", false)]
    public void A_claim_beyond_63_bits_is_compared_by_its_real_size(string before, string after, bool isSmaller)
    {
        using var storage = TestStorage.Create();
        _ = storage.Create("persistentvolumeclaims", Places[0].Object($"\"{before}\"")).Value;
        _ = storage.Patch("persistentvolumeclaims", "default", "a", PatchKind.Merge,
            TestStorage.Json("""{"status":{"phase":"Bound","capacity":{"storage":"@"}}}""".Replace("@", before, StringComparison.Ordinal)), "status").Value;

        var error = storage.Patch("persistentvolumeclaims", "default", "a", PatchKind.Merge,
            TestStorage.Json("""{"spec":{"resources":{"requests":{"storage":"@"}}}}""".Replace("@", after, StringComparison.Ordinal))).Error;

        if (isSmaller) Assert.That(error?.Message, Does.Contain("field can not be less than status.capacity"));
        else Assert.That(error, Is.Null);
    }

    internal sealed record Place(string Resource, string Manifest, string Path, bool IsResourceList = true)
    {
        public JsonObject Object(string quantity) => TestStorage.Json(Manifest.Replace("@", quantity, StringComparison.Ordinal));

        public string? Find(JsonNode? content)
        {
            foreach (var step in Path.Split('/')) content = content is JsonArray items ? items[int.Parse(step)] : content?[step];
            return content?.GetValue<string>();
        }
    }
}
