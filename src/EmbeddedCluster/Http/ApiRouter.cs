using Microsoft.AspNetCore.Http;

namespace Sidecars.EmbeddedCluster;

/// <summary>Finds who answers a request: discovery, health, or a resource's handler for the verb.</summary>
internal sealed class ApiRouter(Storage storage, AccessReviews reviews, AccountTokens tokens, FaultPlan faults, TimeSpan bookmarkInterval)
{
    private static readonly string[] HealthPaths = ["/healthz", "/livez", "/readyz"];

    private readonly ListHandler _lists = new(storage);
    private readonly ObjectHandler _objects = new(storage);
    private readonly ScaleHandler _scales = new(storage);
    private readonly ReviewHandler _reviews = new(reviews, tokens);
    private readonly DiscoveryDocuments _discovery = new(storage.Resources);
    private readonly OpenApiDocuments _openApi = new(storage.Resources);

    public Task<Reply> Answer(ApiCall call) => !IsServed(call.Request.Path) ? Task.FromResult(Reply.NoPage())
        : call.Request.IsAboutObjects ? AnswerObjects(call)
        : Task.FromResult(AnswerPath(call));

    /// <summary>
    /// False for paths outside the API and for those of a group that has no resource at all, such as one whose definitions are missing, or of a
    /// version that no definition of a custom resource serves.
    /// </summary>
    private bool IsServed(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries) switch
    {
        ["apis", var group, ..] when ReviewKinds.Serves(group) => true,
        ["apis", var group] => storage.Resources.Serves(group),
        ["apis", var group, var version, ..] => storage.Resources.Serves(group, version) || storage.Resources.HasBuiltIn(group),
        ["api" or "apis" or "version" or "openapi" or "healthz" or "livez" or "readyz", ..] => true,
        _ => false,
    };

    private Reply AnswerPath(ApiCall call)
    {
        var path = call.Request.Path;
        if (Array.Exists(HealthPaths, health => path == health || path.StartsWith(health + "/", StringComparison.Ordinal))) return Reply.Text("ok");
        if (path == "/openapi/v2")
            return call.Http.Request.Headers.Accept.ToString().Contains("protobuf", StringComparison.Ordinal)
                ? new BytesReply(200, OpenApiDocuments.V2Protobuf()) { ContentType = OpenApiDocuments.ProtobufType }
                : Reply.Of(OpenApiDocuments.V2);
        const string v3 = "/openapi/v3";
        if (path.StartsWith(v3, StringComparison.Ordinal))
            return _openApi.V3(path[v3.Length..].Trim('/')) is { } document ? Reply.Of(document) : Reply.Of(ApiStatus.NoSuchPath());
        if (_discovery.Find(path) is not { } found) return Reply.Of(ApiStatus.NoSuchPath());
        return call.Request.Verb is "get" ? Reply.Of(found) : Reply.Of(ApiStatus.MethodNotAllowed());
    }

    private async Task<Reply> AnswerObjects(ApiCall call)
    {
        var request = call.Request;
        if (ReviewKinds.Serves(request.Group)) return await _reviews.Answer(call);
        if (storage.Resources.Find(request.Group, request.Version, request.Resource) is not { } resource)
            return storage.Resources.HasBuiltIn(request.Group) ? Reply.Of(ApiStatus.NoSuchPath()) : Reply.NoPage();
        if (!resource.IsNamespaced && request.Namespace.Length > 0 && resource != BuiltInResources.Namespaces) return Reply.Of(ApiStatus.NoSuchPath());
        if (resource.IsNamespaced && request.Namespace.Length == 0 && request.Name.Length > 0 && request.Verb is not ("list" or "watch" or "deletecollection"))
            return Reply.Of(ApiStatus.NoSuchPath());
        if (resource.DeprecationWarning is { } warning) call.Warnings.Add(warning);
        if (request.Subresource == "binding" && resource.GroupResource == "pods" && request.Verb == "create") return await _objects.Bind(call, resource);
        if (request.Subresource == "token" && resource.GroupResource == "serviceaccounts" && request.Verb == "create") return await _reviews.Issue(call);
        if (request.Subresource == "scale" && resource.HasScale) return await _scales.Answer(call, resource);
        if (resource.GroupResource == "pods" && NotRun.Explain(storage, request) is { } explained) return Reply.Of(explained);
        if (request.Subresource.Length > 0 && !(request.Subresource == "status" && resource.HasStatus)) return Reply.Of(ApiStatus.NoSuchPath());
        if (Negotiation.Read(call.Http.Request) is not { } presentation) return Reply.Of(ApiStatus.NotAcceptable(Negotiation.Supported));
        if (HttpMethods.IsHead(call.Http.Request.Method)) return Reply.Of(ApiStatus.MethodNotAllowed());
        switch (request.Verb)
        {
            case "deletecollection" when resource.IsNamespaced && request.Namespace.Length == 0:
                return Reply.Of(ApiStatus.MethodNotAllowed());
            case "get":
                return _objects.Get(call, resource, presentation);
            case "list" or "watch" or "deletecollection" when request.Subresource.Length == 0:
                var (query, error) = ListQuery.Read(resource, request, call.Query);
                if (error is not null) return Reply.Of(error);
                return request.Verb switch
                {
                    "list" => _lists.Run(resource, request, query!, presentation),
                    "watch" => Watch(call, resource, query!, presentation),
                    _ => await _objects.DeleteCollection(call, resource, query!),
                };
            case "create" when request.Name.Length == 0:
                return await _objects.Create(call, resource, presentation);
            case "update" when request.Name.Length > 0:
                return await _objects.Update(call, resource, presentation);
            case "patch" when request.Name.Length > 0:
                return await _objects.Patch(call, resource, presentation);
            case "delete" when request.Subresource.Length == 0:
                return await _objects.Delete(call, resource, presentation);
            default:
                return Reply.Of(ApiStatus.MethodNotAllowed());
        }
    }

    private RegisteredReply Watch(ApiCall call, ResourceDefinition resource, ListQuery query, Presentation presentation)
    {
        var ns = resource.IsNamespaced ? call.Request.Namespace : "";
        var watch = new ActiveWatch(call.Request, call.UserAgent, call.Caller.Name) { Planned = call.WatchFault };
        var encoder = new WatchEncoder(resource, presentation, query.IncludeObject, storage.Time);
        return new RegisteredReply(new WatchReply(storage, resource, ns, query, encoder, watch, bookmarkInterval), faults, watch);
    }

    /// <summary>Keeps a watch in the list of open ones for as long as it is served.</summary>
    private sealed class RegisteredReply(WatchReply inner, FaultPlan faults, ActiveWatch watch) : Reply(200)
    {
        public override async Task Send(HttpResponse response, CancellationToken stop)
        {
            faults.Opened(watch);
            try
            {
                await inner.Send(response, stop);
            }
            finally
            {
                faults.Closed(watch);
            }
        }
    }
}
