using Microsoft.Extensions.Logging;
using Sidecars.Kubernetes.Control;

namespace Sidecars.ExternalAttacher.Attachments;

/// <summary>
/// For a driver that needs no attaching (attacher contract 6): every attachment of it is attached as soon as it is seen. No finalizer
/// is touched and no call is made.
/// </summary>
internal sealed partial class TrivialReconciler(Caches caches, AttachmentWriter writer, AttachmentMemory memory, ILogger<TrivialReconciler> log)
{
    private static readonly Dictionary<string, string> s_nothing = [];

    public async ValueTask<Outcome> Reconcile(string name, CancellationToken stop)
    {
        if (caches.FindAttachment(name) is not { Status.Attached: false } attachment) return Outcome.Done;
        var written = await writer.Attached(attachment, s_nothing, stop);
        if (written.Failure is { } failure) return memory.Waiting.Failed(attachment, $"VolumeAttachment {name} cannot be marked as attached: {failure}");
        memory.Waiting.Finished(attachment);
        Log.Attached(log, name);
        return Outcome.Done;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Marked as attached, the driver needs no more {VolumeAttachment}")]
        public static partial void Attached(ILogger logger, string volumeAttachment);
    }
}
