using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Sidecars.EmbeddedCluster;

/// <summary>
/// Takes every request from first byte to log line: who asks, may they, is there room, is a fault planned, who answers. Whatever goes wrong inside
/// an answer becomes a 500 for that request alone.
/// </summary>
internal sealed partial class RequestPipeline(
    ClusterOptions options, ApiRouter router, Authenticator authenticator, RbacAuthorizer? authorizer, FaultPlan faults, RequestLog log, AuditLog? audit, ILogger logger)
{
    private int _inFlight;

    public async Task Handle(HttpContext http)
    {
        var request = RequestInfo.Read(http.Request);
        var userAgent = http.Request.Headers.UserAgent.ToString();
        if (faults.IsDown)
        {
            http.Abort();
            return;
        }
        var caller = authenticator.Find(http.Request);
        var call = new ApiCall(http, request, userAgent, caller ?? Caller.Anonymous) { Refuses = asked => authorizer?.Check(caller ?? Caller.Anonymous, asked) };
        var counted = options.MaxRequestsInFlight > 0 && request.Verb != "watch";
        try
        {
            var crowded = counted && Interlocked.Increment(ref _inFlight) > options.MaxRequestsInFlight;
            var reply = caller is null ? Reply.Of(ApiStatus.Unauthorized())
                : crowded ? Reply.Of(ApiStatus.TooManyRequests(retryAfterSeconds: 1))
                : await Decide(call);
            await Finish(call, reply);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client went away; there is nobody left to answer.
        }
        catch (BadHttpRequestException malformed)
        {
            await Finish(call, Reply.Of(ApiStatus.BadRequest($"The request could not be read: {malformed.Message}")));
        }
#pragma warning disable CA1031 // One request must never take the server down, whatever was wrong with it.
        catch (Exception bug) when (!http.Response.HasStarted)
#pragma warning restore CA1031
        {
            Log.Failed(logger, bug, request.Verb, request.Path);
            await Finish(call, Reply.Of(new ApiStatus(500, "InternalError", $"Internal error occurred: {bug.Message}")));
        }
        finally
        {
            if (counted) Interlocked.Decrement(ref _inFlight);
        }
    }

    /// <summary>The answer to a request; null when the connection is to be cut instead.</summary>
    private async Task<Reply?> Decide(ApiCall call)
    {
        var fault = faults.Find(call.Request, call.UserAgent, call.Caller.Name);
        switch (fault?.Action)
        {
            case FaultAction.Answer answer:
                return Reply.Of(answer.Status);
            case FaultAction.Delay delay:
                await Task.Delay(delay.Time, options.Time, call.Stop);
                break;
            case FaultAction.Hold:
                await fault.Released.WaitAsync(call.Stop);
                break;
            case FaultAction.CutBefore:
                return null;
            case FaultAction.CutWatch or FaultAction.SilenceWatch or FaultAction.FailWatch or FaultAction.EndWatch:
                call.WatchFault = fault.Action;
                break;
        }
        if (authorizer?.Check(call.Caller, call.Request) is { } refused) return Reply.Of(refused);
        var reply = await router.Answer(call);
        if (fault?.Action is FaultAction.HoldAnswer) await fault.Released.WaitAsync(call.Stop);
        return fault?.Action is FaultAction.CutAfter ? null : reply;
    }

    private async Task Finish(ApiCall call, Reply? reply)
    {
        Record(call, reply?.Code ?? 0);
        if (reply is null)
        {
            call.Http.Abort();
            return;
        }
        foreach (var warning in call.Warnings)
            call.Http.Response.Headers.Append("Warning", $"299 - {FieldErrors.Quote(warning)}");
        await reply.Send(call.Http.Response, call.Stop);
    }

    private void Record(ApiCall call, int code)
    {
        if (!log.IsOn && audit is null) return;
        // Secrets stay out of the log, as everywhere.
        var body = call.Body is { } sent && call.Request.Resource != "secrets" && log.IsOn ? sent.Text : "";
        var entry = new LoggedRequest(call.Request, call.UserAgent, call.Caller.Name, code, body);
        log.Add(entry);
        audit?.Write(entry);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The request {Verb} {Path} failed inside the server")]
        public static partial void Failed(ILogger logger, Exception exception, string verb, string path);
    }
}
