namespace Sidecars.Playground;

/// <summary>
/// The directory of one run: sockets, logs, volumes, kubeconfig. A temporary one is removed at the end; one left by a run that was killed
/// is recognised by its free lock and removed by the next run. A directory the user names is kept.
/// </summary>
internal sealed class WorkingDirectory : IDisposable
{
    private const string Prefix = "playground-";
    private const string LockFile = ".running";

    private readonly FileStream _lock;
    private readonly bool _isKept;

    private WorkingDirectory(string path, bool isKept)
    {
        (Path, _isKept) = (path, isKept);
        _lock = new FileStream(File(LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
    }

    public string Path { get; }

    /// <summary>Makes a temporary directory, or takes the one to keep. Leftovers of killed runs go away.</summary>
    /// <exception cref="IOException">The directory to keep is in use by another run.</exception>
    public static WorkingDirectory Create(string? keep)
    {
        RemoveLeftovers(System.IO.Path.GetTempPath());
        if (keep is null) return new WorkingDirectory(Directory.CreateTempSubdirectory(Prefix).FullName, isKept: false);
        var kept = Directory.CreateDirectory(keep).FullName;
        try
        {
            return new WorkingDirectory(kept, isKept: true);
        }
        catch (IOException failure) when (System.IO.File.Exists(System.IO.Path.Combine(kept, LockFile)))
        {
            throw new IOException($"--keep-dir {kept}: another playground works in it. Name another directory, or end that one first.", failure);
        }
    }

    /// <summary>Where the cluster's kubeconfig is, once the cluster is up.</summary>
    public string Kubeconfig => File("kubeconfig");

    public string File(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    public void Dispose()
    {
        _lock.Dispose();
        if (!_isKept) Directory.Delete(Path, recursive: true);
    }

    internal static void RemoveLeftovers(string parent)
    {
        foreach (var directory in Directory.EnumerateDirectories(parent, Prefix + "*"))
        {
            var lockFile = System.IO.Path.Combine(directory, LockFile);
            if (!System.IO.File.Exists(lockFile)) continue; // Just being made, or somebody else's.
            try
            {
                using (new FileStream(lockFile, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
                {
                }

                Directory.Delete(directory, recursive: true);
            }
            catch (Exception inUse) when (inUse is IOException or UnauthorizedAccessException)
            {
                // A living run's, or another user's.
            }
        }
    }
}
