using Sidecars.ExternalAttacher.Waiting;

namespace Sidecars.ExternalAttacher.Attachments;

/// <summary>
/// What is remembered of attachments between two attempts. A new process knows nothing of it, and does the same by what it finds;
/// only the volume of an attachment that was taken away by force it does not find.
/// </summary>
/// <param name="Forced">Those to be done again because the driver lists them otherwise.</param>
/// <param name="Abandoned">Volumes that attachments which vanished have left behind.</param>
/// <param name="Waiting">Those that are not done, and since when.</param>
internal sealed record AttachmentMemory(ForcedAttachments Forced, AbandonedVolumes Abandoned, WaitingAttachments Waiting);
