using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>
/// The cluster's objects for code in the same process. Every write obeys the rules a request over HTTP would: defaults, validation, optimistic
/// locking, finalizers. Resources are named by plural, custom and grouped ones optionally with their group
/// (<c>volumesnapshots.snapshot.storage.k8s.io</c>). Refusals are values; an unknown resource name is a 404.
/// </summary>
public sealed class Storage : IDisposable
{
    private readonly ObjectStore _store;
    private readonly TimeProvider _time;
    private readonly ObjectCreation _creation;
    private readonly ObjectUpdate _update;
    private readonly ObjectDeletion _deletion;

    internal Storage(ClusterOptions options)
    {
        _store = new ObjectStore(options.HistoryLength);
        _time = options.Time;
        Resources = new ResourceCatalog(options.NotServed);
        var admission = new Admission(options.Admission, Resources, _store);
        _deletion = new ObjectDeletion(_store, Resources, options.Time);
        var gates = new FieldGates(options.FeatureGates);
        _creation = new ObjectCreation(_store, admission, gates, options.Time);
        _update = new ObjectUpdate(_store, _creation, _deletion, admission, gates, options.Time);
    }

    /// <summary>The newest resource version given out.</summary>
    public long Version => _store.Version;

    internal ResourceCatalog Resources { get; }

    internal ObjectStore Objects => _store;

    internal TimeProvider Time => _time;

    /// <summary>Whether somebody looks after dependents, so that a deletion may wait for that.</summary>
    internal bool CollectsGarbage
    {
        get => _deletion.CollectsGarbage;
        set => _deletion.CollectsGarbage = value;
    }

    /// <summary>The definition of a served resource; null when there is none of that name.</summary>
    public ResourceDefinition? Find(string resource) => Resources.Find(resource);

    /// <summary>Reads one object. The namespace is ignored for resources of the cluster.</summary>
    public StoreResult Get(string resource, string? ns, string name) => Find(resource) is { } found ? Get(found, ns ?? "", name) : NotServed(resource);

    /// <summary>Lists the objects of a namespace, or of all when <paramref name="ns"/> is null or empty. An unknown resource or a selector that
    /// cannot be read gives an empty list.</summary>
    public ObjectList List(string resource, string? ns = null, ListOptions? options = null)
    {
        if (Find(resource) is not { } found || Selection.Parse(found, options ?? ListOptions.Default) is not { Selection: { } selection })
            return new ObjectList([], Version);
        var (snapshot, version) = _store.Read(found);
        return new ObjectList([.. snapshot.In(ns ?? "").Where(selection.Matches)], version);
    }

    /// <summary>Creates an object. It is taken over: the caller must not use it afterwards.</summary>
    public StoreResult Create(string resource, JsonObject content, WriteOptions? options = null) =>
        Find(resource) is { } found ? Create(found, content["metadata"].Text("namespace") ?? "", content, options) : NotServed(resource);

    /// <summary>Replaces an object; its status stays as it is where the kind has a status subresource.</summary>
    public StoreResult Update(string resource, JsonObject content, WriteOptions? options = null) => Replace(resource, content, "", options);

    /// <summary>Replaces the status of an object; its spec stays as it is.</summary>
    public StoreResult UpdateStatus(string resource, JsonObject content, WriteOptions? options = null) => Replace(resource, content, "status", options);

    /// <summary>Patches an object, or its status when <paramref name="subresource"/> is <c>status</c>.</summary>
    public StoreResult Patch(
        string resource, string? ns, string name, PatchKind kind, JsonNode patch, string subresource = "", WriteOptions? options = null) =>
        Find(resource) is { } found ? Patch(found, ns ?? "", name, kind, patch, subresource, options) : NotServed(resource);

    /// <summary>Deletes an object, or marks it as being deleted while finalizers or a grace period hold it.</summary>
    public StoreResult Delete(string resource, string? ns, string name, DeleteOptions? options = null) =>
        Find(resource) is { } found ? Delete(found, ns ?? "", name, options) : NotServed(resource);

    /// <summary>
    /// Changes of a resource after a version, without end, in order and without gaps. Version 0 starts with an addition for every object there is.
    /// When the history no longer reaches back, or the reader falls behind it, a <see cref="HistoryExpiredException"/> is thrown: list again.
    /// </summary>
    public async IAsyncEnumerable<WatchEvent> Watch(
        string resource, long fromVersion = 0, string? ns = null, ListOptions? options = null, [EnumeratorCancellation] CancellationToken stop = default)
    {
        var found = Find(resource) ?? throw new ArgumentException($"No resource \"{resource}\" is served.", nameof(resource));
        var selection = Selection.Parse(found, options ?? ListOptions.Default).Selection
            ?? throw new ArgumentException("A selector of the watch cannot be read.", nameof(options));
        if (fromVersion == 0)
        {
            var (snapshot, version) = _store.Read(found);
            foreach (var stored in snapshot.In(ns ?? "").Where(selection.Matches))
                yield return new WatchEvent(WatchEventType.Added, stored, null);
            fromVersion = version;
        }
        var cursor = WatchCursor.Open(_store, found, ns ?? "", selection, fromVersion) ?? throw new HistoryExpiredException(resource, fromVersion);
        var batch = new List<WatchEvent>();
        while (true)
        {
            await cursor.Wait().WaitAsync(stop);
            if (!cursor.Read(batch)) throw new HistoryExpiredException(resource, fromVersion);
            foreach (var change in batch) yield return change;
        }
    }

    /// <summary>Forgets the history: watches and pages that continue from before get 410 Expired.</summary>
    public void CompactNow() => _store.CompactNow();

    /// <summary>Frees the store's buffers. Only the owner of the cluster calls it.</summary>
    public void Dispose() => _store.Dispose();

    internal StoreResult Get(ResourceDefinition resource, string ns, string name) =>
        _store.Table(resource).Find(resource.IsNamespaced ? ns : "", name) is { } stored ? stored : ApiStatus.NotFound(resource, name);

    internal StoreResult Create(ResourceDefinition resource, string ns, JsonObject content, WriteOptions? options = null) =>
        Followed(resource, _creation.Run(resource, ns, content, options ?? WriteOptions.Default));

    internal StoreResult Update(ResourceDefinition resource, string ns, string name, string subresource, JsonObject content, WriteOptions? options = null) =>
        Followed(resource, _update.Run(resource, ns, name, subresource, content, options ?? WriteOptions.Default));

    internal StoreResult Patch(
        ResourceDefinition resource, string ns, string name, PatchKind kind, JsonNode patch, string subresource, WriteOptions? options = null) =>
        Followed(resource, kind != PatchKind.Apply ? _update.Run(resource, ns, name, subresource, new ObjectPatch(kind, patch), options ?? WriteOptions.Default)
            : patch is JsonObject applied ? _update.Apply(resource, ns, name, subresource, applied, options ?? WriteOptions.Default)
            : ApiStatus.BadRequest("error decoding YAML: an object must be applied, not a list or a single value"));

    internal StoreResult Delete(ResourceDefinition resource, string ns, string name, DeleteOptions? options = null) =>
        Followed(resource, _deletion.Run(resource, ns, name, options ?? DeleteOptions.Default));

    /// <summary>Puts a pod on a node, as the scheduler's binding does. A pod that has a node already is a conflict.</summary>
    public StoreResult Bind(string ns, string pod, string node) => _update.Bind(Find("pods")!, ns, pod, node);

    /// <summary>Starts, changes or stops serving a custom resource after its definition was written.</summary>
    private StoreResult Followed(ResourceDefinition resource, StoreResult result)
    {
        if (!ReferenceEquals(resource, BuiltInResources.Definitions) || !result.IsOk) return result;
        var name = result.Object.Name;
        if (_store.Table(resource).Find("", name) is { } definition)
        {
            Resources.Serve(name, CustomResources.Define(definition.ToJson()));
            return result;
        }
        if (Resources.Find(name) is { } gone)
        {
            foreach (var stored in _store.Table(gone).Current.In("")) _store.TryRemove(gone, stored, stored.ToJson());
            Resources.Withdraw(name);
            _store.Forget(gone);
        }
        return result;
    }

    private StoreResult Replace(string resource, JsonObject content, string subresource, WriteOptions? options)
    {
        if (Find(resource) is not { } found) return NotServed(resource);
        var (ns, name) = (content["metadata"].Text("namespace") ?? "", content["metadata"].Text("name") ?? "");
        return Update(found, ns, name, subresource, content, options);
    }

    private static ApiStatus NotServed(string resource) =>
        ApiStatus.NoSuchPath() with { Message = $"the server could not find the requested resource: no resource \"{resource}\" is served" };
}
