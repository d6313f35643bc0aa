namespace Sidecars.ExternalProvisioner.Sources;

/// <summary>What the command line says of volumes that are filled from something.</summary>
internal sealed record SourceOptions
{
    /// <summary>Whether a snapshot is restored with another volume mode only where its content permits it (<c>--prevent-volume-mode-conversion</c>).</summary>
    public bool PreventsModeConversion { get; init; } = true;

    /// <summary>Gate <c>CrossNamespaceVolumeDataSource</c>.</summary>
    public bool CrossesNamespaces { get; init; }
}
