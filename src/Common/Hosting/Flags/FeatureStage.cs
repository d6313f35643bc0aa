namespace Sidecars.Hosting.Flags;

/// <summary>How mature a feature gate is. <c>AllAlpha</c> and <c>AllBeta</c> switch the gates of one stage.</summary>
public enum FeatureStage
{
    /// <summary>Off by default, may vanish.</summary>
    Alpha,

    /// <summary>Usually on by default.</summary>
    Beta,

    /// <summary>Finished; setting it is allowed but announces that the gate will go.</summary>
    Stable,
}
