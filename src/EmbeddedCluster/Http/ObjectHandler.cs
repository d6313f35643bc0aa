using System.Globalization;
using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>Answers requests about single objects: get, create, update, patch, delete, and deletes of whole collections.</summary>
internal sealed class ObjectHandler(Storage storage)
{
    private static readonly ApiStatus TooLarge = ApiStatus.TooLarge();
    private static readonly TypeShape s_deleteOptions = KindTable.Find("meta.DeleteOptions");

    public Reply Get(ApiCall call, ResourceDefinition resource, Presentation presentation)
    {
        // An object as it was is not to be had, only one at least as new as a version the client knows.
        var asked = call.Query["resourceVersion"].ToString();
        if (asked.Length > 0 && !long.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            return Reply.Of(ApiStatus.Failed($"resourceVersion: Invalid value: {FieldErrors.Quote(asked)}: strconv.ParseUint: parsing {FieldErrors.Quote(asked)}: invalid syntax"));
        if (asked.Length > 0 && long.Parse(asked, CultureInfo.InvariantCulture) is var version && version > storage.Version)
            return Reply.Of(ApiStatus.VersionTooLarge(version, storage.Version));
        return Show(call, resource, storage.Get(resource, call.Request.Namespace, call.Request.Name), 200, presentation);
    }

    public async Task<Reply> Create(ApiCall call, ResourceDefinition resource, Presentation presentation)
    {
        if (await ReadBody(call) is not { } body) return Reply.Of(TooLarge);
        var (content, error) = body.AsObject(resource.Shape);
        if ((error ?? OptionChecks.Write("CreateOptions", call.Query)) is { } refused) return Reply.Of(refused);
        if (resource.IsNamespaced && call.Request.Namespace.Length == 0)
            return Reply.Of(ApiStatus.MethodNotAllowed());
        return Show(call, resource, storage.Create(resource, call.Request.Namespace, content!, Options(call)), 201, presentation);
    }

    public async Task<Reply> Bind(ApiCall call, ResourceDefinition resource)
    {
        if (await ReadBody(call) is not { } body) return Reply.Of(TooLarge);
        var (content, error) = body.AsObject(shape: null);
        if (error is not null) return Reply.Of(error);
        if (content.Text("target", "name") is not { Length: > 0 } node)
        {
            var errors = new FieldErrors();
            errors.Required("target.name");
            return Reply.Of(ApiStatus.Invalid("Binding", "", "Binding", call.Request.Name, errors));
        }
        var result = storage.Bind(call.Request.Namespace, call.Request.Name, node);
        return result.Error is { } refused ? Reply.Of(refused) : Reply.Of(Success(resource, result.Object!, withDetails: false), 201);
    }

    public async Task<Reply> Update(ApiCall call, ResourceDefinition resource, Presentation presentation)
    {
        if (await ReadBody(call) is not { } body) return Reply.Of(TooLarge);
        var (content, error) = body.AsObject(resource.Shape);
        if ((error ?? OptionChecks.Write("UpdateOptions", call.Query)) is { } refused) return Reply.Of(refused);
        var request = call.Request;
        var result = storage.Update(resource, request.Namespace, request.Name, request.Subresource, content!, Options(call));
        return Show(call, resource, result, result.WasCreated ? 201 : 200, presentation);
    }

    public async Task<Reply> Patch(ApiCall call, ResourceDefinition resource, Presentation presentation)
    {
        if (await ReadBody(call) is not { } body) return Reply.Of(TooLarge);
        var (kind, patch, error) = body.AsPatch(acceptsStrategic: resource.Shape is not null);
        if ((error ?? OptionChecks.Patch(kind, call.Query)) is { } refused) return Reply.Of(refused);
        if (patch is null && kind == PatchKind.Merge) return Reply.Of(ApiStatus.BadRequest("Invalid JSON Patch"));
        var request = call.Request;
        // To apply is to create where there is nothing yet, which takes the right for that too.
        if (kind == PatchKind.Apply && storage.Get(resource, request.Namespace, request.Name).Error is { IsNotFound: true } && call.Refuses(request with { Verb = "create" }) is { } forbidden)
            return Reply.Of(forbidden);
        var result = storage.Patch(resource, request.Namespace, request.Name, kind, patch ?? (kind == PatchKind.Json ? new JsonArray() : new JsonObject()), request.Subresource, Options(call));
        return Show(call, resource, result, result.WasCreated ? 201 : 200, presentation);
    }

    public async Task<Reply> Delete(ApiCall call, ResourceDefinition resource, Presentation presentation)
    {
        var (options, error) = await ReadDeleteOptions(call);
        if (error is not null) return Reply.Of(error);
        if (resource.Kind == "Namespace" && call.Request.Name is "default" or "kube-system" or "kube-public")
            return Reply.Of(ApiStatus.Forbidden(resource, call.Request.Name, "this namespace may not be deleted"));
        var result = storage.Delete(resource, call.Request.Namespace, call.Request.Name, options);
        return result is { IsOk: true, WasRemoved: true } && !resource.Rules.ReturnsDeletedObject
            ? Reply.Of(Success(resource, result.Object, withDetails: true))
            : Show(call, resource, result, 200, presentation);
    }

    public async Task<Reply> DeleteCollection(ApiCall call, ResourceDefinition resource, ListQuery query)
    {
        var (options, error) = await ReadDeleteOptions(call);
        if (error is not null) return Reply.Of(error);
        var (snapshot, version) = storage.Objects.Read(resource);
        var deleted = new List<StoredObject>();
        foreach (var stored in snapshot.In(call.Request.Namespace).Where(query.Selection.Matches))
        {
            var result = storage.Delete(resource, stored.Namespace, stored.Name, options);
            // Somebody else may have been faster.
            if (result.Error is { IsNotFound: false } refused) return Reply.Of(refused);
            if (result.IsOk) deleted.Add(result.Object);
        }
        return new ListReply(resource, deleted, $"{{\"resourceVersion\":\"{version}\"}}");
    }

    private Reply Show(ApiCall call, ResourceDefinition resource, StoreResult result, int code, Presentation presentation)
    {
        if (result.Error is { } refused) return Reply.Of(refused);
        var stored = result.Object!;
        return presentation switch
        {
            Presentation.Table => Reply.Of(
                TableText.Table(
                    resource,
                    [stored],
                    new JsonObject { ["resourceVersion"] = stored.Version.ToString(CultureInfo.InvariantCulture) },
                    call.Query["includeObject"].ToString(),
                    withHeader: true,
                    storage.Time.GetUtcNow()),
                code),
            Presentation.Metadata => Reply.Of(TableText.Partial(stored), code),
            _ => new BytesReply(code, ObjectWriter.Bytes(resource, stored)),
        };
    }

    private static async Task<RequestBody?> ReadBody(ApiCall call) => call.Body = await RequestBody.Read(call.Http.Request, call.Stop);

    internal static WriteOptions Options(ApiCall call)
    {
        var validation = call.Query["fieldValidation"].ToString();
        return new WriteOptions
        {
            IsDryRun = call.Query["dryRun"].Contains("All"),
            IsStrict = validation == "Strict",
            IsLenient = validation == "Ignore",
            Warnings = call.Warnings,
            FieldManager = call.Query["fieldManager"].ToString() is { Length: > 0 } manager ? manager : null,
            Force = QueryFlags.IsSet(call.Query["force"]),
            Writer = call.UserAgent.Split('/')[0] is { Length: > 0 } program ? program : "unknown",
        };
    }

    private static async Task<(DeleteOptions Options, ApiStatus? Error)> ReadDeleteOptions(ApiCall call)
    {
        if (await ReadBody(call) is not { } body) return (DeleteOptions.Default, TooLarge);
        JsonObject? content = null;
        if (body.Bytes.Length > 0)
        {
            (content, var error) = body.AsObject(s_deleteOptions);
            if (error is not null) return (DeleteOptions.Default, error);
        }
        if (OptionChecks.Delete(content, call.Query) is { } refused) return (DeleteOptions.Default, refused);
        var options = DeleteOptions.Read(content);
        if (long.TryParse(call.Query["gracePeriodSeconds"].ToString(), out var grace)) options = options with { GracePeriodSeconds = grace };
        if (call.Query["propagationPolicy"].ToString() is { Length: > 0 } policy) options = options with { PropagationPolicy = options.PropagationPolicy ?? policy };
        if (call.Query["dryRun"].Contains("All")) options = options with { IsDryRun = true };
        return (options, null);
    }

    private static JsonObject Success(ResourceDefinition resource, StoredObject stored, bool withDetails)
    {
        var status = new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["metadata"] = new JsonObject(), ["status"] = "Success" };
        if (!withDetails)
        {
            status["code"] = 201;
            return status;
        }
        var details = new JsonObject { ["name"] = stored.Name };
        if (resource.Group.Length > 0) details["group"] = resource.Group;
        details["kind"] = resource.Plural;
        details["uid"] = stored.Uid;
        status["details"] = details;
        return status;
    }
}
