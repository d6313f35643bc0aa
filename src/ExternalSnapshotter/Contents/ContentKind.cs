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
    /// Whether the same is asked of a content in two states of it, be they different in what we write on it: where it is not, somebody wants
    /// something else, or wants another try (snapshotter contract 3).
    /// </summary>
    public bool IsSameWish(T one, T other) => WishOf(one) == WishOf(other) && IsSameSource(one, other);

    /// <summary>Whether both are to be taken of the same, or are there by the same handles.</summary>
    protected abstract bool IsSameSource(T one, T other);

    private Wish WishOf(T content)
    {
        var view = View(content);
        return new Wish(
            content.Uid, content.IsBeingDeleted, view.IsMarkedDeleted, view.Marks, view.ClassName, view.DeletionPolicy,
            view.Ref?.Namespace, view.Ref?.Name, view.Ref?.Uid,
            content.Annotation(Keys.SecretName), content.Annotation(Keys.SecretNamespace), content.Annotation(WellKnown.MemberAnnotation));
    }

    /// <summary>What both kinds are asked for.</summary>
    private readonly record struct Wish(
        string Uid, bool IsBeingDeleted, bool IsMarkedDeleted, int Marks, string? ClassName, string? DeletionPolicy,
        string? OwnerNamespace, string? OwnerName, string? OwnerUid, string? SecretName, string? SecretNamespace, string? Group);
}
