namespace Sidecars.Bench;

/// <summary>The requests a program made, as its API server's audit log has them. Watches, and the leases of an election, are not counted.</summary>
/// <param name="ByVerb">How many by verb and resource, refused ones included: <c>patch persistentvolumeclaims/status</c>.</param>
/// <param name="Refusals">Those that were refused, by verb, resource and code: <c>get nodes 404</c>.</param>
internal sealed record RequestFigures(IReadOnlyDictionary<string, int> ByVerb, IReadOnlyDictionary<string, int> Refusals)
{
    private const int CodesOfAClass = 100;

    /// <summary>How many were answered with a code of this hundred.</summary>
    public int Refused(int hundred) => Refusals
        .Where(refusal => int.Parse(refusal.Key[(refusal.Key.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture) / CodesOfAClass * CodesOfAClass == hundred)
        .Sum(refusal => refusal.Value);
}
