namespace Sidecars.ExternalProvisioner.Requests;

/// <summary>What the gate <c>VolumeAttributesClass</c> says of the classes that claims name (provisioner contract 1.3).</summary>
internal enum AttributesClassUse
{
    /// <summary>They count where the API server serves them; nobody named the gate.</summary>
    WhereServed,

    /// <summary>They count.</summary>
    Always,

    /// <summary>They are ignored.</summary>
    Never,
}
