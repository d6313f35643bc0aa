namespace Sidecars.ClusterDriverRegistrar.Registration;

/// <summary>Whether the object is known to exist, for who asks over HTTP; safe to read and write from any thread.</summary>
internal sealed class RegistrarState
{
    private volatile string? _missing = "waiting for the CSI driver";

    /// <summary>What the program waits for; null once the object exists, and for a replica that does not lead.</summary>
    public string? Missing => _missing;

    public void Ready() => _missing = null;

    public void WaitsFor(string what) => _missing = what;
}
