using Sidecars.ExternalAttacher.Waiting;

namespace Sidecars.ExternalAttacher.Attachments;

/// <summary>
/// What is remembered of attachments between two attempts. None of it is needed to be right: a new process knows nothing of it, and
/// does the same by what it finds.
/// </summary>
/// <param name="Forced">Those to be done again because the driver lists them otherwise.</param>
/// <param name="Waiting">Those that are not done, and since when.</param>
internal sealed record AttachmentMemory(ForcedAttachments Forced, WaitingAttachments Waiting);
