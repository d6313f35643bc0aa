namespace Sidecars.ExternalSnapshotter.Contents;

/// <summary>The words of the events and errors of one kind; the reasons are the originals' (snapshotter contract 5.6, 7.1 and 8).</summary>
/// <param name="Noun">What it is called in a sentence.</param>
/// <param name="CreationReason">Reason of the first failure.</param>
/// <param name="CreationPrefix">What its message begins with.</param>
/// <param name="CheckReason">Reason of the failures after it.</param>
/// <param name="CheckPrefix">What their messages begin with.</param>
/// <param name="DeleteReason">Reason of a failed deletion.</param>
/// <param name="DeleteFailed">What its message begins with where the driver failed.</param>
/// <param name="DelayedReason">Reason of the report on one that takes long.</param>
internal sealed record ReportWords(
    string Noun, string CreationReason, string CreationPrefix, string CheckReason, string CheckPrefix, string DeleteReason, string DeleteFailed,
    string DelayedReason);
