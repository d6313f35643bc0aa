namespace Sidecars.Hosting.Files;

/// <summary>
/// As long as it lives, files and sockets that this process makes are its owner's alone. The mask is the whole process's: hold it for the one
/// call that makes the file, before other threads make files. Disposing it puts the earlier mask back.
/// </summary>
public readonly struct PrivateUmask : IDisposable
{
    private const uint OwnerOnly = 0x3F; // 0077

    private readonly uint _before;

    private PrivateUmask(uint before) => _before = before;

    /// <summary>Sets the mask.</summary>
    public static PrivateUmask Set() => new(LinuxFiles.SetUmask(OwnerOnly));

    /// <inheritdoc/>
    public void Dispose() => _ = LinuxFiles.SetUmask(_before);
}
