using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalSnapshotter.Contents;

/// <summary>One of the two kinds of contents: where its objects live, and how they are looked at.</summary>
internal abstract class ContentKind<T> where T : KubeObject, new()
{
    public abstract ContentKeys Keys { get; }

    /// <summary>Where the objects live.</summary>
    public abstract Resource<T> Resource { get; }

    /// <summary>Name of its queue in the metrics.</summary>
    public abstract string QueueName { get; }

    /// <summary>The words of its events.</summary>
    public abstract ReportWords Words { get; }

    /// <summary>Members of the status that go when the driver has deleted it.</summary>
    public abstract IReadOnlyList<string> GoneWithSnapshot { get; }

    /// <summary>The content as the order of work sees it.</summary>
    public abstract ContentView View(T content);

    /// <summary>
    /// A number of all that is asked of a content and none of what we write on it: where it is another one, somebody wants something else, or
    /// wants another try (snapshotter contract 3).
    /// </summary>
    public abstract int WishOf(T content);

    /// <summary>The parts of the wish that both kinds have.</summary>
    protected int CommonWish(T content, int marks)
    {
        var view = View(content);
        return HashCode.Combine(
            content.Uid, content.IsBeingDeleted, view.IsMarkedDeleted, marks, view.ClassName, view.DeletionPolicy,
            HashCode.Combine(view.Ref?.Namespace, view.Ref?.Name, view.Ref?.Uid),
            HashCode.Combine(content.Annotation(Keys.SecretName), content.Annotation(Keys.SecretNamespace), content.Annotation(WellKnown.MemberAnnotation)));
    }
}
