using Mode = Csi.V1.VolumeCapability.Types.AccessMode.Types.Mode;

namespace Sidecars.Csi.Tests.Volumes;

public sealed class AccessModesTests
{
    [TestCase("ReadWriteOncePod", Mode.SingleNodeWriter, Mode.SingleNodeSingleWriter)]
    [TestCase("ReadWriteOncePod ReadWriteOncePod", Mode.SingleNodeWriter, Mode.SingleNodeSingleWriter)]
    [TestCase("ReadWriteMany", Mode.MultiNodeMultiWriter, Mode.MultiNodeMultiWriter)]
    [TestCase("ReadWriteMany ReadOnlyMany ReadWriteOnce", Mode.MultiNodeMultiWriter, Mode.MultiNodeMultiWriter)]
    [TestCase("ReadOnlyMany", Mode.MultiNodeReaderOnly, Mode.MultiNodeReaderOnly)]
    [TestCase("ReadWriteOnce", Mode.SingleNodeWriter, Mode.SingleNodeMultiWriter)]
    [TestCase("ReadWriteOnce ReadWriteOnce", Mode.SingleNodeWriter, Mode.SingleNodeMultiWriter)]
    public void Modes_of_an_existing_volume_combine_to_one(string modes, Mode plain, Mode withSingleNodeMultiWriter)
    {
        Assert.That(Combined(modes, false), Is.EqualTo((plain, (string?)null)));
        Assert.That(Combined(modes, true), Is.EqualTo((withSingleNodeMultiWriter, (string?)null)));
    }

    [TestCase("ReadWriteOncePod ReadWriteOnce")]
    [TestCase("ReadWriteOncePod ReadWriteMany")]
    [TestCase("ReadOnlyMany ReadWriteOnce")]
    [TestCase("WriteNever")]
    [TestCase("")]
    public void Contradicting_modes_have_no_translation(string modes)
    {
        var error = $"unsupported AccessMode combination: [{modes}]";
        Assert.That(Combined(modes, false), Is.EqualTo((Mode.Unknown, error)));
        Assert.That(Combined(modes, true), Is.EqualTo((Mode.Unknown, error)));
    }

    [TestCase("ReadWriteOnce", Mode.SingleNodeWriter, Mode.SingleNodeMultiWriter)]
    [TestCase("ReadWriteOncePod", Mode.SingleNodeWriter, Mode.SingleNodeSingleWriter)]
    [TestCase("ReadOnlyMany", Mode.MultiNodeReaderOnly, Mode.MultiNodeReaderOnly)]
    [TestCase("ReadWriteMany", Mode.MultiNodeMultiWriter, Mode.MultiNodeMultiWriter)]
    public void Each_mode_of_a_claim_is_translated_alone(string accessMode, Mode plain, Mode withSingleNodeMultiWriter)
    {
        Assert.That(AccessModes.TryTranslate(accessMode, false, out var mode, out var error), Is.True);
        Assert.That((mode, error), Is.EqualTo((plain, (string?)null)));
        Assert.That(AccessModes.TryTranslate(accessMode, true, out mode, out _), Is.True);
        Assert.That(mode, Is.EqualTo(withSingleNodeMultiWriter));
    }

    [Test]
    public void An_unknown_mode_of_a_claim_is_named()
    {
        Assert.That(AccessModes.TryTranslate("WriteNever", false, out _, out var error), Is.False);
        Assert.That(error, Is.EqualTo("unsupported AccessMode combination: [WriteNever]"));
    }

    private static (Mode, string?) Combined(string modes, bool hasSingleNodeMultiWriter)
    {
        AccessModes.TryCombine(modes.Split(' ', StringSplitOptions.RemoveEmptyEntries), hasSingleNodeMultiWriter, out var mode, out var error);
        return (mode, error);
    }
}
