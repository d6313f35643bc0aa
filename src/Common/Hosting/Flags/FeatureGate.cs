namespace Sidecars.Hosting.Flags;

/// <summary>One feature gate a program knows.</summary>
/// <param name="Name">The case-sensitive name.</param>
/// <param name="Default">The value when nobody sets it.</param>
/// <param name="Stage">Its maturity.</param>
/// <param name="Locked">A locked gate may only be set to its default.</param>
public sealed record FeatureGate(string Name, bool Default, FeatureStage Stage, bool Locked = false);
