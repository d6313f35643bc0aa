namespace Sidecars.Kubernetes.Objects;

/// <summary>A class of attributes that a volume can be given and that can be changed while it lives.</summary>
public sealed class VolumeAttributesClass : KubeObject
{
    /// <summary>Name of the driver that understands the parameters.</summary>
    public string? DriverName { get; set; }

    /// <summary>The attributes, in the driver's words.</summary>
    public StringMap? Parameters { get; set; }
}
