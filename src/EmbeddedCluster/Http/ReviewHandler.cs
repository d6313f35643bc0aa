using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>Answers requests about kinds that are asked and never kept.</summary>
internal sealed class ReviewHandler(AccessReviews reviews, AccountTokens tokens)
{
    public Task<Reply> Answer(ApiCall call)
    {
        if (ReviewKinds.Find(call.Request) is not { } kind) return Task.FromResult(Reply.Of(ApiStatus.NoSuchPath()));
        return call.Request is { Verb: "create", Name: "" }
            ? Answer(call, kind, review => reviews.Answer(kind, call.Caller, review))
            : Task.FromResult(Reply.Of(ApiStatus.MethodNotAllowed()));
    }

    public Task<Reply> Issue(ApiCall call) =>
        Answer(call, ReviewKinds.Token, request => tokens.Issue(call.Request.Namespace, call.Request.Name, request));

    private static async Task<Reply> Answer(ApiCall call, ResourceDefinition kind, Func<JsonObject, ApiStatus?> answer)
    {
        // Not in the log: the answer may hold a token.
        if (await RequestBody.Read(call.Http.Request, call.Stop) is not { } body) return Reply.Of(ApiStatus.TooLarge());
        var (content, error) = body.AsObject(kind.Shape);
        if ((error ?? OptionChecks.Write("CreateOptions", call.Query)) is { } refused) return Reply.Of(refused);
        var options = new WriteOptions { IsStrict = call.Query["fieldValidation"] == "Strict", IsLenient = call.Query["fieldValidation"] == "Ignore", Warnings = call.Warnings };
        return (ObjectIntake.Decode(kind, content!, options) ?? answer(content!)) is { } wrong ? Reply.Of(wrong) : Reply.Of(content!, 201);
    }
}
