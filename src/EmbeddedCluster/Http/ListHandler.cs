using System.Globalization;
using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>Answers lists: at the newest version, at an exact one, or page by page at the version of the first page.</summary>
internal sealed class ListHandler(Storage storage)
{
    public Reply Run(ResourceDefinition resource, RequestInfo info, ListQuery query, Presentation presentation)
    {
        var ns = resource.IsNamespaced ? info.Namespace : "";
        var (snapshot, version) = storage.Objects.Read(resource);
        if (query.Version > version) return Reply.Of(ApiStatus.VersionTooLarge(query.Version, version));
        // A limit with a certain version means exactly that version, unless the client says otherwise.
        var isExact = query.Match == "Exact" || (query.Match.Length == 0 && query.Limit > 0 && query.Version > 0);
        if (query.Continue is { } page || isExact)
        {
            version = query.Continue?.Version ?? query.Version;
            if (storage.Objects.ReadAt(resource, version) is not { } past)
                return Reply.Of(ApiStatus.Expired(query.Continue is null
                    ? $"The resourceVersion for the provided list is too old."
                    : "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list."));
            snapshot = past;
        }
        return Show(resource, Select(snapshot.In(ns), query, out var next, out var remaining), version, query, next, remaining, presentation);
    }

    private static List<StoredObject> Select(IEnumerable<StoredObject> objects, ListQuery query, out StoredObject? last, out int remaining)
    {
        var matching = query.Selection.MatchesEverything ? objects : objects.Where(query.Selection.Matches);
        if (query.Continue is { } token) matching = matching.Where(token.Precedes);
        var items = matching.ToList();
        (last, remaining) = (null, 0);
        // Version 0 means "whatever the cache has": the real server's cache pays no attention to the limit then.
        if (query.Limit == 0 || items.Count <= query.Limit || (query.ResourceVersion == "0" && query.Continue is null)) return items;
        remaining = items.Count - query.Limit;
        last = items[query.Limit - 1];
        return items.GetRange(0, query.Limit);
    }

    private Reply Show(
        ResourceDefinition resource, List<StoredObject> items, long version, ListQuery query, StoredObject? last, int remaining, Presentation presentation)
    {
        var metadata = new JsonObject();
        if (last is not null) metadata["continue"] = new ContinueToken(version, last.Namespace, last.Name).ToString();
        // With a selector the server does not know how many of the rest will match.
        if (remaining > 0 && query.Selection.MatchesEverything) metadata["remainingItemCount"] = remaining;
        metadata["resourceVersion"] = version.ToString(CultureInfo.InvariantCulture);
        return presentation switch
        {
            Presentation.Table => Reply.Of(TableText.Table(resource, items, metadata, query.IncludeObject, withHeader: true, storage.Time.GetUtcNow())),
            Presentation.Metadata => Reply.Of(new JsonObject
            {
                ["kind"] = "PartialObjectMetadataList",
                ["apiVersion"] = "meta.k8s.io/v1",
                ["metadata"] = metadata,
                ["items"] = new JsonArray([.. items.Select(item => (JsonNode)TableText.Partial(item))]),
            }),
            _ => new ListReply(resource, items, metadata.ToJsonString()),
        };
    }
}
