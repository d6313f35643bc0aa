using Microsoft.Extensions.Logging;
using Sidecars.HostPathDriver.NodeSide;
using Sidecars.HostPathDriver.State;
using Sidecars.HostPathDriver.Storage;

namespace Sidecars.HostPathDriver;

/// <summary>
/// What all calls of one driver share: its options, its memory, its data and its locks. Opening it repairs what a killed predecessor
/// left half done; only one process may use a state directory at a time, which a locked file in it enforces.
/// </summary>
internal sealed class Backend : IDisposable
{
    private readonly FileStream _onlyUser;
    private readonly Database _database;

    private Backend(DriverOptions options, TimeProvider time, ILogger log, FileStream onlyUser)
    {
        _onlyUser = onlyUser;
        Options = options;
        Time = time;
        _database = Database.Open(Path.Combine(options.StateDirectory, "state.db"));
        Volumes = new VolumeTable(_database);
        Snapshots = new SnapshotTable(_database);
        Publications = new PublicationTable(_database);
        Placements = new PlacementTable(_database);
        Data = new DataDirectory(options.StateDirectory, log);
        Volumes.Adopt([.. options.Nodes]);
        Space = new NodeSpace(options, Volumes.PromisedBytes);
        Mounter = options.UsesMounts ? new BindMounter() : new LinkMounter();
        if (_database.IsNew) Data.RequireEmpty();
        Data.Sweep(id => Volumes.Find(id) is not null, id => Snapshots.Find(id) is not null);
    }

    public DriverOptions Options { get; }
    public TimeProvider Time { get; }
    public VolumeTable Volumes { get; }
    public SnapshotTable Snapshots { get; }
    public PublicationTable Publications { get; }
    public PlacementTable Placements { get; }
    public DataDirectory Data { get; }
    public NodeSpace Space { get; }
    public OperationLocks Locks { get; } = new();
    public IMounter Mounter { get; }

    /// <summary>Opens or creates the state directory.</summary>
    /// <exception cref="InvalidDataException">Another driver is using it, or its state cannot be read.</exception>
    public static Backend Open(DriverOptions options, TimeProvider time, ILogger log)
    {
        Directory.CreateDirectory(
            options.StateDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var onlyUser = LockStateDirectory(options.StateDirectory);
        try
        {
            return new Backend(options, time, log, onlyUser);
        }
        catch
        {
            onlyUser.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _database.Dispose();
        _onlyUser.Dispose();
    }

    private static FileStream LockStateDirectory(string directory)
    {
        try
        {
            return new FileStream(Path.Combine(directory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException failure)
        {
            throw new InvalidDataException(
                $"The state directory {directory} is in use by another driver. Stop that one, or give another --state-dir.", failure);
        }
    }
}
