using Sidecars.ControllerManager;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.SnapshotController;

/// <summary>The lines of work. A key is a name, or namespace and name with a slash between them.</summary>
internal sealed record Queues(KeyController Snapshots, KeyController Contents, KeyController Claims) : IDisposable
{
    public void Dispose()
    {
        Snapshots.Dispose();
        Contents.Dispose();
        Claims.Dispose();
    }

    /// <summary>The object that a key with a namespace stands for.</summary>
    public static ObjectKey KeyOf(string key) =>
        key.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash ? new ObjectKey(key[..slash], key[(slash + 1)..]) : new ObjectKey(null, key);
}
