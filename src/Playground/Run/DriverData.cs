namespace Sidecars.Playground;

/// <summary>
/// What our own driver has on its disk, looked at past the driver and the cluster. What lay there when the run began, in a directory that was kept
/// from an earlier one, is not counted.
/// </summary>
internal sealed class DriverData
{
    private readonly string[] _folders;
    private readonly HashSet<string> _before;

    public DriverData(WorkingDirectory directory)
    {
        _folders = [directory.File("driver", "volumes"), directory.File("driver", "snapshots")];
        _before = [.. All()];
    }

    public string Volume(string handle) => Path.Combine(_folders[0], handle);

    public string Snapshot(string handle) => Path.Combine(_folders[1], handle);

    /// <summary>What is there now and was not when the run began.</summary>
    public IReadOnlyList<string> Made() => [.. All().Where(path => !_before.Contains(path))];

    private IEnumerable<string> All() => _folders.Where(Directory.Exists).SelectMany(Directory.EnumerateFileSystemEntries).Order(StringComparer.Ordinal);
}
