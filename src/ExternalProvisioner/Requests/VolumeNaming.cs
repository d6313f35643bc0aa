using Sidecars.Kubernetes.Secrets;

namespace Sidecars.ExternalProvisioner.Requests;

/// <summary>
/// The name of a volume, made from the claim's uid so that every attempt asks the driver for the same one
/// (provisioner contract 4.8). It is the name of the CSI volume and of the PersistentVolume.
/// </summary>
/// <param name="Prefix">What the name begins with (<c>--volume-name-prefix</c>).</param>
/// <param name="UidLength">Characters of the uid without dashes, or -1 for the uid as it is.</param>
internal sealed record VolumeNaming(string Prefix, int UidLength)
{
    public const int WholeUid = -1;

    /// <summary>Digits of a uid without its dashes.</summary>
    private const int DigitsOfUid = 32;

    private const int CertainDigits = 8;

    /// <summary>
    /// What is wrong with the length, or null. The original crashes on it at the first claim; with 0 it gives all claims one name,
    /// which the API server does not take and a driver answers with one and the same volume.
    /// </summary>
    public static string? Problem(int uidLength) => uidLength is not WholeUid and (< 1 or > DigitsOfUid)
        ? $"--volume-name-uuid-length must be {WholeUid} or between 1 and {DigitsOfUid}, not {uidLength}"
        : null;

    /// <summary>
    /// Whether the name was certainly made of that uid, under whatever flags: no other claim has a name that ends like it. Fewer digits than
    /// that say too little, and what can be no name of an object says nothing.
    /// </summary>
    public static bool IsOf(string name, string claimUid) => PrefixOf(name, claimUid) is not null;

    /// <summary>
    /// Why a name that is noted on a claim is not believed, or null. It was made with another prefix: whoever may write on a claim chose it, or
    /// it is from before <c>--volume-name-prefix</c> was changed.
    /// </summary>
    public string? Disbelief(string noted, string claimUid) => PrefixOf(noted, claimUid) == Prefix ? null
        : $"a call for volume {noted} is noted on the claim, and names begin with {Prefix} now; start csi-provisioner with the former --volume-name-prefix until it is settled, "
            + $"or delete that volume at the backend and take the finalizer {Intents.VolumeIntent.Mark} off the claim";

    /// <summary>Why calls under such names cannot be noted on claims, or null: of a note it must be certain whose it is.</summary>
    public static string? NotingProblem(int uidLength) => uidLength is WholeUid or >= CertainDigits ? null
        : $"--durable-intent needs --volume-name-uuid-length={WholeUid} or at least {CertainDigits}, not {uidLength}: by fewer digits a note on a claim does not say whose volume it is";

    private static string? PrefixOf(string name, string claimUid)
    {
        if (claimUid.Length is 0 || !DnsNames.IsSubdomain(name)) return null;
        if (name.EndsWith($"-{claimUid}", StringComparison.Ordinal)) return name[..^(claimUid.Length + 1)];
        var dash = name.LastIndexOf('-');
        var digits = name[(dash + 1)..];
        return dash > 0 && digits.Length is >= CertainDigits and <= DigitsOfUid && claimUid.Replace("-", "", StringComparison.Ordinal).StartsWith(digits, StringComparison.Ordinal)
            ? name[..dash] : null;
    }

    public (string? Name, string? Error) Of(string claimUid)
    {
        if (Prefix.Length is 0) return (null, "volume name prefix cannot be of length 0");
        if (claimUid.Length is 0) return (null, "corrupted PVC object, it is missing UID");
        if (UidLength is WholeUid) return ($"{Prefix}-{claimUid}", null);
        var digits = claimUid.Replace("-", "", StringComparison.Ordinal);
        return ($"{Prefix}-{digits[..Math.Min(UidLength, digits.Length)]}", null);
    }
}
