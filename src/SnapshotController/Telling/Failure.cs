namespace Sidecars.SnapshotController.Telling;

/// <summary>Why a snapshot, or a group, does not get on, as its user reads it.</summary>
/// <param name="Reason">Reason of the event.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="ClearsReady">Whether it is not usable because of it.</param>
internal sealed record Failure(string Reason, string Message, bool ClearsReady = true)
{
    /// <summary>Who can mend it, and how: told in the event, because the status has the words that programs know.</summary>
    public string? Advice { get; init; }

    /// <summary>Further events, which the original writes beside the first.</summary>
    public IReadOnlyList<(string Reason, string Message)> MoreEvents { get; init; } = [];
}
