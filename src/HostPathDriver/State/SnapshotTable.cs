using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Sidecars.HostPathDriver.State;

/// <summary>The snapshots, by id and by name.</summary>
internal sealed class SnapshotTable(Database database)
{
    private const string Columns = "seq, id, name, source_volume, size, block, created_ms, node, kind";

    public SnapshotRecord? Find(string id) => database.Read(read =>
        read.Rows($"SELECT {Columns} FROM snapshots WHERE id=$1", Row, id).SingleOrDefault());

    public SnapshotRecord? FindByName(string name) => database.Read(read =>
        read.Rows($"SELECT {Columns} FROM snapshots WHERE name=$1", Row, name).SingleOrDefault());

    /// <summary>
    /// Up to <paramref name="count"/> snapshots made after the one with sequence <paramref name="after"/>, oldest first; of one source
    /// volume when <paramref name="sourceVolume"/> is not empty.
    /// </summary>
    public List<SnapshotRecord> Page(long after, int count, string sourceVolume) => database.Read(read => read.Rows(
        $"SELECT {Columns} FROM snapshots WHERE seq>$1 AND ($3='' OR source_volume=$3) ORDER BY seq LIMIT $2",
        Row, after, count, sourceVolume));

    public SnapshotRecord Add(SnapshotRecord snapshot) => database.Write(change =>
    {
        change.Execute(
            "INSERT INTO snapshots (id, name, source_volume, size, block, created_ms, node, kind) "
            + "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            snapshot.Id, snapshot.Name, snapshot.SourceVolume, snapshot.Size, snapshot.IsBlock,
            snapshot.Created.ToUnixTimeMilliseconds(), snapshot.Node, snapshot.Kind);
        return snapshot with { Sequence = Convert.ToInt64(change.Scalar("SELECT last_insert_rowid()"), CultureInfo.InvariantCulture) };
    });

    public void Remove(string id) => database.Write(change => change.Execute("DELETE FROM snapshots WHERE id=$1", id));

    private static SnapshotRecord Row(SqliteDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetInt64(4), row.GetBoolean(5),
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(6)), row.GetString(7), row.GetString(8));
}
