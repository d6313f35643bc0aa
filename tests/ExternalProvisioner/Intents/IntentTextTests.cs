using System.IO.Compression;
using System.Text;
using Csi.V1;
using Sidecars.ExternalProvisioner.Intents;
using Sidecars.ExternalProvisioner.Topology;

namespace Sidecars.ExternalProvisioner.Tests.Intents;

/// <summary>What is noted on a claim is what is read from it.</summary>
internal sealed class IntentTextTests
{
    [TestCase(0, null)]
    [TestCase(1, """{"driver":"d","volume":"pvc-1","requisite":[{"rack":"r0","zone":"z0"}],"preferred":[{"rack":"r0","zone":"z0"}]}""")]
    [TestCase(500, null)]
    public void An_intent_is_read_as_it_was_written(int places, string? expected)
    {
        var intent = new VolumeIntent(new AskedDriver("d"), "pvc-1", places is 0 ? null : Requirement(places));
        var text = IntentText.Write(intent)!;
        if (expected is not null) Assert.That(text, Is.EqualTo(expected));
        Assert.That(IntentText.Read(text), Is.EqualTo(intent));
        Assert.That(text, Has.Length.LessThan(8 * 1024), "much of the same is packed");
    }

    [Test]
    public void Places_without_an_entry_and_requirements_without_a_place_are_kept_apart_from_none()
    {
        foreach (var requirement in (TopologyRequirement[])[new(), new() { Requisite = { new global::Csi.V1.Topology() } }])
        {
            Assert.That(IntentText.Read(IntentText.Write(new VolumeIntent(new AskedDriver("d"), "v", requirement)))!.Topology, Is.EqualTo(requirement));
        }
        Assert.That(IntentText.Read(IntentText.Write(new VolumeIntent(new AskedDriver("d"), "v", null)))!.Topology, Is.Null);
    }

    [Test]
    public void What_no_annotation_can_hold_is_not_written()
    {
        var requirement = new TopologyRequirement();
        for (var i = 0; i < 10_000; i++) requirement.Requisite.Add(TopologyTerm.Of([new("host", Guid.NewGuid().ToString())]).ToCsi());
        Assert.That(IntentText.Write(new VolumeIntent(new AskedDriver("d"), "v", requirement)), Is.Null);
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("[]")]
    [TestCase("null")]
    [TestCase("""{"volume":"v"}""")]
    [TestCase("""{"driver":"d"}""")]
    [TestCase("""{"driver":"d","volume":7}""")]
    [TestCase("""{"driver":"d","volume":"v","requisite":[null]}""")]
    [TestCase("""{"driver":"d","volume":"v","requisite":[{"zone":null}]}""")]
    [TestCase("""{"driver":"d","volume":"v","preferred":[{"zone":7}]}""")]
    [TestCase("gzip:")]
    [TestCase("gzip:!")]
    [TestCase("gzip:AAAA")]
    public void What_somebody_spoiled_is_no_intent(string? text) => Assert.That(IntentText.Read(text), Is.Null);

    [TestCase("{},", 1_000_000)] // more places than there are
    [TestCase(" ", 64 * 1024 * 1024)] // more bytes than were ever packed
    public void A_text_that_grows_beyond_all_bounds_when_it_is_unpacked_is_no_intent(string part, int times)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write("""{"driver":"d","volume":"v","requisite":["""u8);
            for (var i = 0; i < times; i++) gzip.Write(Encoding.UTF8.GetBytes(part));
            gzip.Write("{}]}"u8);
        }
        var text = $"gzip:{Convert.ToBase64String(packed.ToArray())}";
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(IntentText.Read(text), Is.Null);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(16 * 1024 * 1024));
    }

    [Test]
    public void A_packed_text_is_not_unpacked_for_a_claim_of_others()
    {
        var text = IntentText.Write(new VolumeIntent(new AskedDriver("d"), "pvc-1", Requirement(500)))!;
        Assert.That((IntentText.Read(text, mayBePacked: false), IntentText.Read(text) is null), Is.EqualTo(((VolumeIntent?)null, false)));
    }

    private static TopologyRequirement Requirement(int places)
    {
        var terms = Enumerable.Range(0, places).Select(i => TopologyTerm.Of([new("zone", $"z{i}"), new("rack", $"r{i % 2}")]).ToCsi()).ToList();
        var requirement = new TopologyRequirement { Requisite = { terms } };
        requirement.Preferred.Add(terms.Skip(places / 2).Concat(terms.Take(places / 2)));
        return requirement;
    }
}
