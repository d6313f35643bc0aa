using Microsoft.Data.Sqlite;

namespace Sidecars.HostPathDriver.State;

/// <summary>Which node has which volume, as far as the controller side is concerned.</summary>
internal sealed class PublicationTable(Database database)
{
    private const string Columns = "volume, node, read_only, mode";

    public List<Publication> OfVolume(string volume) => database.Read(read =>
        read.Rows($"SELECT {Columns} FROM publications WHERE volume=$1 ORDER BY node", Row, volume));

    public List<Publication> OnNode(string node) => database.Read(read =>
        read.Rows($"SELECT {Columns} FROM publications WHERE node=$1 ORDER BY volume", Row, node));

    public void Add(Publication publication) => database.Write(change => change.Execute(
        $"INSERT INTO publications ({Columns}) VALUES ($1, $2, $3, $4)",
        publication.Volume, publication.Node, publication.IsReadOnly, publication.Mode));

    /// <summary>Takes the volume from a node, or from every node when <paramref name="node"/> is empty.</summary>
    public void Remove(string volume, string node) => database.Write(change =>
        change.Execute("DELETE FROM publications WHERE volume=$1 AND ($2='' OR node=$2)", volume, node));

    private static Publication Row(SqliteDataReader row) =>
        new(row.GetString(0), row.GetString(1), row.GetBoolean(2), row.GetInt32(3));
}
