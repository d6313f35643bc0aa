using Sidecars.Hosting.Flags;

namespace Sidecars.ExternalSnapshotter.Requests;

/// <summary>
/// The name of a snapshot or a group at the driver, made from the uid of its object, so that every attempt asks for the same one (snapshotter
/// contract 5.2). That is what a repeated call is recognised by, after a crash too.
/// </summary>
/// <param name="Prefix">What the name begins with.</param>
/// <param name="UidLength">Characters of the uid without dashes, or -1 for the uid as it is.</param>
internal sealed record SnapshotNaming(string Prefix, int UidLength)
{
    public const int WholeUid = -1;

    /// <summary>Digits of a uid without its dashes.</summary>
    private const int DigitsOfUid = 32;

    /// <summary>
    /// What is wrong with the two flags, or null. With a length of 0 all snapshots would have one name, and a driver answers with one and the same.
    /// </summary>
    public static string? Problem(Flag<string> prefix, Flag<int> length)
    {
        if (prefix.Value.Length is 0) return $"--{prefix.Name} must not be empty";
        return length.Value is not WholeUid and (< 1 or > DigitsOfUid)
            ? $"--{length.Name} must be {WholeUid} or between 1 and {DigitsOfUid}, not {length.Value}"
            : null;
    }

    public string Of(string uid)
    {
        if (UidLength is WholeUid) return $"{Prefix}-{uid}";
        var digits = uid.Replace("-", "", StringComparison.Ordinal);
        return $"{Prefix}-{digits[..Math.Min(UidLength, digits.Length)]}";
    }
}
