using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Sidecars.HostPathDriver.State;

/// <summary>
/// The driver's memory: one SQLite file in the state directory. Every change is one transaction on one connection, so a process that
/// is killed leaves either the old state or the new one. Calls are serialised by a lock; each is a few microseconds of work, far below
/// what copying a volume costs.
/// </summary>
internal sealed class Database : IDisposable
{
    // Raised with every change of the tables; a file with a higher number was written by a newer driver and is refused.
    private const int SchemaVersion = 2;

    private const string First = """
        CREATE TABLE volumes (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL UNIQUE,
            capacity INTEGER NOT NULL,
            block INTEGER NOT NULL,
            parameters TEXT NOT NULL,
            requested_mutable TEXT NOT NULL,
            mutable TEXT NOT NULL,
            source_snapshot TEXT,
            source_volume TEXT);
        CREATE TABLE snapshots (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL UNIQUE,
            source_volume TEXT NOT NULL,
            size INTEGER NOT NULL,
            block INTEGER NOT NULL,
            created_ms INTEGER NOT NULL);
        CREATE TABLE publications (
            volume TEXT NOT NULL REFERENCES volumes(id),
            node TEXT NOT NULL,
            read_only INTEGER NOT NULL,
            mode INTEGER NOT NULL,
            PRIMARY KEY (volume, node));
        CREATE TABLE placements (
            path TEXT NOT NULL PRIMARY KEY,
            volume TEXT NOT NULL REFERENCES volumes(id),
            staging INTEGER NOT NULL,
            read_only INTEGER NOT NULL,
            mode INTEGER NOT NULL,
            staging_path TEXT NOT NULL);
        CREATE INDEX placements_volume ON placements(volume);
        """;

    // Which node a volume or snapshot lies on, and of which kind it is. What is from before belongs to no node until it is adopted.
    private const string Second = """
        ALTER TABLE volumes ADD COLUMN node TEXT NOT NULL DEFAULT '';
        ALTER TABLE volumes ADD COLUMN kind TEXT NOT NULL DEFAULT '';
        ALTER TABLE snapshots ADD COLUMN node TEXT NOT NULL DEFAULT '';
        ALTER TABLE snapshots ADD COLUMN kind TEXT NOT NULL DEFAULT '';
        """;

    /// <summary>What makes a file of one version one of the next.</summary>
    private static readonly string[] Steps = [First, Second];

    private readonly SqliteConnection _connection;
    private readonly Lock _gate = new();

    private Database(SqliteConnection connection) => _connection = connection;

    /// <summary>Whether the file was made by this opening, so that nothing can be known of data that lies beside it.</summary>
    public bool IsNew { get; private set; }

    /// <summary>Opens the file, creating it with its tables when it is new and bringing it up to date when it is old.</summary>
    /// <exception cref="InvalidDataException">The file was written by a newer version of the driver, or is no database.</exception>
    public static Database Open(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            ForeignKeys = true,
            // A pooled connection would keep the file open after the driver has stopped.
            Pooling = false,
        }.ToString());
        var database = new Database(connection);
        try
        {
            connection.Open();
            database.Prepare(path);
            return database;
        }
        catch (SqliteException failure)
        {
            database.Dispose();
            throw new InvalidDataException(
                $"The state file {path} cannot be used ({failure.Message}). Restore it from a backup, or give another --state-dir; the data beside it stays.",
                failure);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Runs one change as one transaction; nothing of it remains when it throws.</summary>
    public T Write<T>(Func<Statements, T> change)
    {
        lock (_gate)
        {
            using var transaction = _connection.BeginTransaction();
            var result = change(new Statements(_connection, transaction));
            transaction.Commit();
            return result;
        }
    }

    /// <summary>Runs a reading that sees one moment of the state.</summary>
    public T Read<T>(Func<Statements, T> reading)
    {
        lock (_gate)
        {
            using var transaction = _connection.BeginTransaction(deferred: true);
            return reading(new Statements(_connection, transaction));
        }
    }

    public void Dispose() => _connection.Dispose();

    private void Prepare(string path)
    {
        var statements = new Statements(_connection, null);
        statements.Execute("PRAGMA journal_mode=WAL");
        statements.Execute("PRAGMA synchronous=FULL");
        var version = Convert.ToInt32(statements.Scalar("PRAGMA user_version"), CultureInfo.InvariantCulture);
        if (version == SchemaVersion) return;
        if (version > SchemaVersion)
        {
            throw new InvalidDataException(
                $"The state file {path} has version {version}, this driver knows version {SchemaVersion}. "
                + "Use the driver that wrote it, or give another --state-dir.");
        }

        Write(change =>
        {
            foreach (var step in Steps.AsSpan(version)) change.Execute(step);
            return change.Execute($"PRAGMA user_version={SchemaVersion}");
        });
        IsNew = version == 0;
    }
}
