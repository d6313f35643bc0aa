using Microsoft.Data.Sqlite;

namespace Sidecars.HostPathDriver.State;

/// <summary>The paths of this node at which volumes are staged and published.</summary>
internal sealed class PlacementTable(Database database)
{
    private const string Columns = "path, volume, staging, read_only, mode, staging_path";

    public Placement? Find(string path) => database.Read(read =>
        read.Rows($"SELECT {Columns} FROM placements WHERE path=$1", Row, path).SingleOrDefault());

    public List<Placement> OfVolume(string volume) => database.Read(read =>
        read.Rows($"SELECT {Columns} FROM placements WHERE volume=$1 ORDER BY path", Row, volume));

    public void Add(Placement placement) => database.Write(change => change.Execute(
        $"INSERT INTO placements ({Columns}) VALUES ($1, $2, $3, $4, $5, $6)",
        placement.Path, placement.Volume, placement.IsStaging, placement.IsReadOnly, placement.Mode, placement.StagingPath));

    public void Remove(string path) => database.Write(change => change.Execute("DELETE FROM placements WHERE path=$1", path));

    private static Placement Row(SqliteDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetBoolean(2), row.GetBoolean(3), row.GetInt32(4), row.GetString(5));
}
