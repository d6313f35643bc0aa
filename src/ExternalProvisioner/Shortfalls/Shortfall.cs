namespace Sidecars.ExternalProvisioner.Shortfalls;

/// <summary>Something that a claim may ask for and not get from this driver in this cluster.</summary>
/// <param name="What">What it is, as the beginning of a sentence: "no clones".</param>
/// <param name="Why">Where it ends, and what helps.</param>
/// <param name="IsMeant">Whether it may well be so on purpose: many drivers take no snapshots. Else something is set up wrong.</param>
internal readonly record struct Shortfall(string What, string Why, bool IsMeant)
{
    public override string ToString() => $"{What}: {Why}";
}
