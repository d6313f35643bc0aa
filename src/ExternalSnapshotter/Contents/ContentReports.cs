using Sidecars.Kubernetes.Events;

namespace Sidecars.ExternalSnapshotter.Contents;

/// <summary>Tells users why a content does not get on, as events about it (snapshotter contract 5.6 and 7.1).</summary>
internal sealed class ContentReports(ReportWords words, EventRecorder events)
{
    public ReportWords Words => words;

    /// <summary>The words for a failure, of an event or as they stand on the content.</summary>
    public string TextOf(bool isFirst, string message) => (isFirst ? words.CreationPrefix : words.CheckPrefix) + message;

    /// <param name="content">The content.</param>
    /// <param name="isFirst">Whether nothing was ever written of it before.</param>
    /// <param name="text">What is told.</param>
    public void Failed(ContentView content, bool isFirst, string text) =>
        events.Record(content.Reference, EventType.Warning, isFirst ? words.CreationReason : words.CheckReason, text);

    public void DeleteFailed(ContentView content, string message) => events.Record(content.Reference, EventType.Warning, words.DeleteReason, message);
}
