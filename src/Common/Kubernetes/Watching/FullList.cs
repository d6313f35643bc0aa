using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Watching;

/// <summary>
/// All objects of a resource as the API server has them now, for whoever asks seldom and need not keep them. They come page by page and
/// object by object, so no more than one is held; one that cannot be read is handed out as such and holds up no other.
/// </summary>
/// <typeparam name="T">Kind of the objects.</typeparam>
/// <param name="api">The server.</param>
/// <param name="resource">The resource.</param>
/// <param name="ns">The only namespace that is meant; null is all.</param>
public sealed class FullList<T>(ApiClient api, Resource<T> resource, string? ns = null) where T : KubeObject
{
    private const int PageSize = 500;

    /// <summary>Hands out every object; null when all were, else why not: then those handed out are not all.</summary>
    public async Task<ApiFailure?> ForEach(Action<ListedObject<T>> take, CancellationToken stop)
    {
        var path = ns is null ? resource.CollectionPath : resource.In(ns);
        for (string? next = ""; ;)
        {
            var opened = await api.OpenListAsync($"{path}?limit={PageSize}{(next is "" ? "" : $"&continue={Uri.EscapeDataString(next)}")}", stop);
            if (!opened.IsSuccess) return opened.Failure;
            await using var page = new ListPage<T>(opened.Value, resource.Item, api.LongestSilence);
            WatchLine<T> line;
            while ((line = await page.Next()).Kind is WatchLineKind.Added or WatchLineKind.Unreadable) take(new(line.Object, line.Unreadable));
            if (line.Kind is not WatchLineKind.Ended) return line.Failure;
            if (page.Metadata.Continue is not { Length: > 0 } more) return null;
            next = more;
        }
    }
}

/// <summary>One object of a <see cref="FullList{T}"/>.</summary>
/// <typeparam name="T">Kind of the object.</typeparam>
/// <param name="Part">The object, or as much of it as can be read; null where not even its name can.</param>
/// <param name="Unreadable">Says that it cannot be read as a whole, and why.</param>
public readonly record struct ListedObject<T>(T? Part, UnreadableObject? Unreadable) where T : KubeObject
{
    /// <summary>The whole object; null where it cannot be read.</summary>
    public T? Readable => Unreadable is null ? Part : null;
}
