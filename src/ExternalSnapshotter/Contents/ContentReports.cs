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

    /// <summary>Told because nobody else ever names what the driver took beside it.</summary>
    public void OtherHandle(ContentView content, string noted, string told) => events.Record(content.Reference, EventType.Warning, words.CheckReason,
        $"the driver took {told} by the name by which it had taken {noted} before; {noted} stays noted, "
        + $"and {told} may be left at the driver: look there, and delete it by hand");

    public void DeleteFailed(ContentView content, string message) => events.Record(content.Reference, EventType.Warning, words.DeleteReason, message);

    /// <summary>
    /// Told, where the user sees it too, because nobody deletes the driver's snapshot for this content; where the policy of this one would not
    /// either, there is nothing to tell.
    /// </summary>
    public void LeftTo(ContentView content, ContentView other)
    {
        if (content.HandleThatGoes is not { } handle) return;
        var text = $"{handle} is not deleted at the driver with {content.Keys.Kind} {content.Name}: {other.Keys.Kind} {other.Name} has it too, "
            + $"and what becomes of it is up to that one, of policy {other.DeletionPolicy}";
        events.Record(content.Reference, EventType.Warning, words.DeleteReason, text);
        if (content.OwnerReference is { } owner) events.Record(owner, EventType.Warning, words.DeleteReason, text);
    }
}
