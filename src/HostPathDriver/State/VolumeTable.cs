using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Sidecars.HostPathDriver.State;

/// <summary>The volumes, by id and by name.</summary>
internal sealed class VolumeTable(Database database)
{
    private const string Columns =
        "seq, id, name, capacity, block, parameters, requested_mutable, mutable, source_snapshot, source_volume, node, kind";

    public VolumeRecord? Find(string id) => database.Read(read =>
        read.Rows($"SELECT {Columns} FROM volumes WHERE id=$1", Row, id).SingleOrDefault());

    public VolumeRecord? FindByName(string name) => database.Read(read =>
        read.Rows($"SELECT {Columns} FROM volumes WHERE name=$1", Row, name).SingleOrDefault());

    /// <summary>Up to <paramref name="count"/> volumes made after the one with sequence <paramref name="after"/>, oldest first.</summary>
    public List<VolumeRecord> Page(long after, int count) => database.Read(read =>
        read.Rows($"SELECT {Columns} FROM volumes WHERE seq>$1 ORDER BY seq LIMIT $2", Row, after, count));

    /// <summary>Stores a new volume; its sequence is given by the table.</summary>
    public VolumeRecord Add(VolumeRecord volume) => database.Write(change =>
    {
        change.Execute(
            "INSERT INTO volumes (id, name, capacity, block, parameters, requested_mutable, mutable, source_snapshot, source_volume, "
            + "node, kind) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            volume.Id, volume.Name, volume.Capacity, volume.IsBlock, volume.Parameters, volume.RequestedMutable, volume.Mutable,
            volume.SourceSnapshot, volume.SourceVolume, volume.Node, volume.Kind);
        return volume with { Sequence = Convert.ToInt64(change.Scalar("SELECT last_insert_rowid()"), CultureInfo.InvariantCulture) };
    });

    public void Resize(string id, long capacity) =>
        database.Write(change => change.Execute("UPDATE volumes SET capacity=$2 WHERE id=$1", id, capacity));

    public void Modify(string id, string mutable) =>
        database.Write(change => change.Execute("UPDATE volumes SET mutable=$2 WHERE id=$1", id, mutable));

    public void Remove(string id) => database.Write(change => change.Execute("DELETE FROM volumes WHERE id=$1", id));

    /// <summary>The bytes promised to the volumes and snapshots of a node, of one kind or of all.</summary>
    public long PromisedBytes(string node, string? kind = null) => database.Read(read => Convert.ToInt64(
        read.Scalar(
            "SELECT (SELECT COALESCE(SUM(capacity), 0) FROM volumes WHERE node=$1 AND ($2 IS NULL OR kind=$2)) "
            + "+ (SELECT COALESCE(SUM(size), 0) FROM snapshots WHERE node=$1 AND ($2 IS NULL OR kind=$2))",
            node, kind),
        CultureInfo.InvariantCulture));

    /// <summary>
    /// What lies on a node this driver does not have, or no longer, is the first node's from now on: it lies in the same directory anyway.
    /// </summary>
    public void Adopt(IReadOnlyList<string> nodes) => database.Write(change =>
    {
        foreach (var table in (ReadOnlySpan<string>)["volumes", "snapshots"])
        {
            foreach (var former in change.Rows($"SELECT DISTINCT node FROM {table}", row => row.GetString(0)).Except(nodes))
                change.Execute($"UPDATE {table} SET node=$1 WHERE node=$2", nodes[0], former);
        }

        return true;
    });

    private static VolumeRecord Row(SqliteDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetInt64(3), row.GetBoolean(4), row.GetString(5), row.GetString(6),
        row.GetString(7), row.IsDBNull(8) ? null : row.GetString(8), row.IsDBNull(9) ? null : row.GetString(9),
        row.GetString(10), row.GetString(11));
}
