using System.Text.Json;
using Sidecars.Csi;

namespace Sidecars.ExternalSnapshotter.Contents;

/// <summary>What the driver said of a snapshot or a group.</summary>
/// <param name="IsReady">Whether volumes can be made from it.</param>
/// <param name="Changes">
/// Writes the members of the status that differ from the object's own; false where none does. What stands there already stays, but readiness.
/// </param>
/// <param name="Problem">
/// Why it can be used for nothing, although it is there: its handle is noted, so that it can be deleted, and it never becomes ready.
/// </param>
/// <param name="Handle">The driver's name of it.</param>
internal sealed record DriverAnswer<T>(bool IsReady, Func<T, Utf8JsonWriter, bool> Changes, string Handle, string? Problem = null);

/// <summary>A call that brings such an answer, complete but for being made.</summary>
/// <param name="Make">Makes it.</param>
/// <param name="Describe">The words for its failure.</param>
internal sealed record AskingOrder<T>(Func<CancellationToken, Task<CsiResult<DriverAnswer<T>>>> Make, Func<CsiError, string> Describe);

/// <summary>A call that deletes at the driver; null as the failure is success.</summary>
internal delegate Task<CsiError?> DeletingOrder(CancellationToken stop);
