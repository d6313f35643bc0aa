using Sidecars.Hosting;
using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalSnapshotter.Contents;

/// <summary>The contents of one kind that are our driver's, and the classes by which they are taken.</summary>
internal sealed class ContentCache<T> where T : KubeObject, new()
{
    private readonly string _driver;
    private readonly Func<string, SnapshotClassObject?> _findClass;

    public ContentCache(ContentKind<T> kind, ObjectStore<T> store, string driver, Func<string, SnapshotClassObject?> findClass)
    {
        (Kind, Store, _driver, _findClass) = (kind, store, driver, findClass);
        UnfinishedByClass = store.IndexBy(c => kind.View(c) is var view && view.Driver == driver && !view.IsSettled ? view.ClassName : null);
        ByHandle = store.IndexBy(c => kind.View(c) is var view && view.Driver == driver ? view.NotedHandle : null);
    }

    public ContentKind<T> Kind { get; }

    public ObjectStore<T> Store { get; }

    /// <summary>Our contents that are not settled, by the name of their class.</summary>
    public ObjectIndex<T> UnfinishedByClass { get; }

    /// <summary>Our contents by the handle that is noted on them.</summary>
    public ObjectIndex<T> ByHandle { get; }

    /// <summary>Our content of that name; those of other drivers are not found.</summary>
    public T? Find(string name) => Store.Find(new ObjectKey(null, name)) is { } found && IsOurs(found) ? found : null;

    public bool IsOurs(T content) => Kind.View(content).Driver == _driver;

    public SnapshotClassObject? FindClass(string name) => _findClass(name);

    /// <summary>The class that it names, where that is of our driver; null where it names none, it is gone, or is another driver's by now.</summary>
    public SnapshotClassObject? OurClassOf(ContentView view) =>
        view.ClassName is { Length: > 0 } name && FindClass(name) is { } named && named.Driver == _driver ? named : null;

    /// <summary>What keeps one from being taken by its class, where something does.</summary>
    public Obstacle? ProblemOf(SnapshotClassObject? named, string resource, string name)
    {
        if (named is null) return $"{resource} {GoQuote.Quote(name)} not found";
        if (named.Driver == _driver) return null;
        return new Obstacle($"{resource} {GoQuote.Quote(name)} is of driver {named.Driver} by now, and not of {_driver}",
            $"make a class of that name for {_driver}; or look at the storage for what was taken, and take the annotation "
            + $"{Kind.Keys.BeingCreated} off");
    }

    /// <summary>
    /// Another content that has that handle and that nothing is wrong with: what the driver knows by it is that one's. Null for none.
    /// </summary>
    public T? OtherWith(KubeObject content, string handle) => ByHandle.All(handle)
        .FirstOrDefault(c => c.Uid != content.Uid && Kind.View(c) is var other && (other.IsReady is true || other.ErrorMessage is null));

    /// <summary>
    /// Whether its class is another driver's, so that it is nothing of ours (snapshotter contract 2). What is at our driver already, or may be,
    /// stays ours, whatever became of the class.
    /// </summary>
    public bool IsOfForeignClass(ContentView view) =>
        view is { NotedHandle: null, IsBeingCreated: false, ClassName: { Length: > 0 } name }
            && FindClass(name) is { } known && known.Driver != _driver;
}
