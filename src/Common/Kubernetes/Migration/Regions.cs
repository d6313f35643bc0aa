namespace Sidecars.Kubernetes.Migration;

/// <summary>Which region a zone is in, told from the zone's name as each cloud forms it (provisioner contract 11). Null is a name of another form.</summary>
internal static class Regions
{
    private const int PartsOfGceZone = 3;

    /// <summary>Of Google: <c>us-central1-a</c> is in <c>us-central1</c>.</summary>
    public static string? OfGce(string zone) => zone.Split('-') is { Length: PartsOfGceZone } parts ? $"{parts[0]}-{parts[1]}" : null;

    /// <summary>
    /// Of Amazon: <c>us-east-1a</c> is in <c>us-east-1</c>, <c>us-gov-west-1a</c> in <c>us-gov-west-1</c>; a zone outside the region's own places has
    /// its name behind it, as <c>us-west-2-lax-1a</c> or <c>us-east-1-wl1-bos-wlz-1</c>.
    /// </summary>
    public static string? OfAws(string zone) => zone.Split('-') switch
    {
        { Length: 3 or 4 } parts when parts[^1].Length is 2 => zone[..^1],
        { Length: 5 or 7 } parts => string.Join('-', parts[..3]),
        _ => null,
    };
}
