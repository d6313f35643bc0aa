using System.Text;
using Sidecars.ExternalResizer.Patches;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalResizer.Tests.Patches;

/// <summary>What is written on volumes, and that nothing is where nothing would change.</summary>
internal sealed class VolumePatchTests
{
    [Test]
    public void What_stands_there_is_not_written_again()
    {
        Assert.That(VolumePatch.Grown(Volume("2Gi"), "2Gi", null, takesNoteOff: true).HasValue, Is.False);
        Assert.That(VolumePatch.Grown(Volume("2Gi", note: "1Gi"), "2Gi", "1Gi", takesNoteOff: false).HasValue, Is.False);
        Assert.That(VolumePatch.Modified(Volume("2Gi", attributesClass: "gold"), "gold").HasValue, Is.False);
    }

    [TestCase(null, null, true, """{"metadata":{"uid":"u"},"spec":{"capacity":{"storage":"3Gi"}}}""")]
    [TestCase(null, "1Gi", false, """{"metadata":{"annotations":{"volume.alpha.kubernetes.io/pre-resize-capacity":"1Gi"},"uid":"u"},"spec":{"capacity":{"storage":"3Gi"}}}""")]
    [TestCase("0", "1Gi", false, """{"metadata":{"uid":"u"},"spec":{"capacity":{"storage":"3Gi"}}}""")]
    [TestCase("0", null, true, """{"metadata":{"annotations":{"volume.alpha.kubernetes.io/pre-resize-capacity":null},"uid":"u"},"spec":{"capacity":{"storage":"3Gi"}}}""")]
    public void A_size_is_written_with_what_becomes_of_the_note(string? note, string? before, bool takesNoteOff, string body) =>
        Assert.That(Encoding.UTF8.GetString(VolumePatch.Grown(Volume("2Gi", note), "3Gi", before, takesNoteOff)!.Value.Span), Is.EqualTo(body));

    [Test]
    public void A_class_is_written_alone() =>
        Assert.That(Encoding.UTF8.GetString(VolumePatch.Modified(Volume("2Gi", attributesClass: "gold"), "silver")!.Value.Span),
            Is.EqualTo("""{"metadata":{"uid":"u"},"spec":{"volumeAttributesClassName":"silver"}}"""));

    private static PersistentVolume Volume(string size, string? note = null, string? attributesClass = null) => new()
    {
        Metadata = new ObjectMeta { Name = "pv", Uid = "u", Annotations = note is null ? null : StringMap.From([new(WellKnown.PreResizeCapacity, note)]) },
        Spec = new VolumeSpec { Capacity = StringMap.From([new("storage", size)]), VolumeAttributesClassName = attributesClass },
    };
}
