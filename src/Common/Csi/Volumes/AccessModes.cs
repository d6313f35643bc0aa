using Mode = Csi.V1.VolumeCapability.Types.AccessMode.Types.Mode;

namespace Sidecars.Csi;

/// <summary>
/// Translates Kubernetes access modes. Two rules exist side by side: a volume in use has one mode that covers all it was made for, a volume to be
/// made gets one capability for each mode asked for. Pure functions over the API's strings; a combination without a translation is a value.
/// </summary>
public static class AccessModes
{
    private const string ReadWriteOnce = "ReadWriteOnce";
    private const string ReadOnlyMany = "ReadOnlyMany";
    private const string ReadWriteMany = "ReadWriteMany";
    private const string ReadWriteOncePod = "ReadWriteOncePod";

    /// <summary>
    /// The one mode of an existing volume, for attaching and expanding (common contract 3.9). <paramref name="hasSingleNodeMultiWriter"/> is the
    /// driver's capability of that name. False, and a text for the user, where the modes contradict each other or there is none.
    /// </summary>
    public static bool TryCombine(IReadOnlyCollection<string> modes, bool hasSingleNodeMultiWriter, out Mode mode, out string? error)
    {
        var distinct = modes.ToHashSet(StringComparer.Ordinal);
        (mode, var isSupported) = distinct switch
        {
            _ when distinct.Contains(ReadWriteOncePod) => (OnePod(hasSingleNodeMultiWriter), distinct.Count == 1),
            _ when distinct.Contains(ReadWriteMany) => (Mode.MultiNodeMultiWriter, true),
            _ when distinct.Contains(ReadOnlyMany) => (Mode.MultiNodeReaderOnly, !distinct.Contains(ReadWriteOnce)),
            _ when distinct.Contains(ReadWriteOnce) => (OneNode(hasSingleNodeMultiWriter), true),
            _ => (Mode.Unknown, false),
        };
        error = isSupported ? null : Unsupported(modes);
        if (!isSupported) mode = Mode.Unknown;
        return isSupported;
    }

    /// <summary>
    /// The mode that stands for one access mode of a claim (provisioner contract 5.3). Each is taken alone, so that no combination is an error.
    /// </summary>
    public static bool TryTranslate(string accessMode, bool hasSingleNodeMultiWriter, out Mode mode, out string? error)
    {
        mode = accessMode switch
        {
            ReadWriteOnce => OneNode(hasSingleNodeMultiWriter),
            ReadWriteOncePod => OnePod(hasSingleNodeMultiWriter),
            ReadOnlyMany => Mode.MultiNodeReaderOnly,
            ReadWriteMany => Mode.MultiNodeMultiWriter,
            _ => Mode.Unknown,
        };
        error = mode == Mode.Unknown ? Unsupported([accessMode]) : null;
        return error is null;
    }

    // Drivers of before the finer modes know a single writer only, and cannot tell a pod from a node.
    private static Mode OneNode(bool hasSingleNodeMultiWriter) => hasSingleNodeMultiWriter ? Mode.SingleNodeMultiWriter : Mode.SingleNodeWriter;
    private static Mode OnePod(bool hasSingleNodeMultiWriter) => hasSingleNodeMultiWriter ? Mode.SingleNodeSingleWriter : Mode.SingleNodeWriter;

    private static string Unsupported(IEnumerable<string> modes) => $"unsupported AccessMode combination: [{string.Join(' ', modes)}]";
}
