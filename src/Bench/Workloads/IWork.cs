using System.Text.Json;

namespace Sidecars.Bench;

/// <summary>
/// One kind of work: what has to be there for it, how a piece of it is asked for, and how it is seen to be done. A piece has a name, under which it is both
/// asked for and done.
/// </summary>
internal interface IWork
{
    /// <summary>The resource whose changes show what is done.</summary>
    Resource Watched { get; }

    /// <summary>Makes what the pieces need, before anything is asked for.</summary>
    Task Prepare(BenchObjects objects, CancellationToken stop);

    /// <summary>The name of a piece.</summary>
    string NameOf(int index) => BenchObjects.Name(index);

    /// <summary>Asks for a piece.</summary>
    Task Ask(BenchObjects objects, int index, CancellationToken stop);

    /// <summary>The piece that this change shows to be done; null for none.</summary>
    string? DoneBy(string change, JsonElement item);
}
