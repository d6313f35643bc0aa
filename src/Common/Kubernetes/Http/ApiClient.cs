using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;
using Sidecars.Hosting;
using Sidecars.Kubernetes.Http.Credentials;
using Sidecars.Kubernetes.Json;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Http;

/// <summary>
/// Sends requests to the API server and turns every outcome into a value. It waits and sends again only where the server asks
/// for that with Retry-After, or where a read broke on the way (common contract 8.4); anything else is the caller's to judge.
/// One client has one set of connections and one token bucket; it is safe to use from many tasks.
/// </summary>
/// <remarks>
/// Every method takes the caller's <c>stop</c>, and the rule is one for all. It ends every wait before a request is sent, for the first time
/// or again: of a request that was refused, the refusal is then the answer. It ends a read under way. It does not end a write under way,
/// because nobody would know what became of it: that has some seconds more (<see cref="ApiClientOptions.TimeToEnd"/>) to bring its answer;
/// nor does it keep back a write that needs no wait, so that what a driver did can still be noted. Whoever has a limit of his own for a
/// write, and knows what to do then, gives it as <c>abandon</c>. Where a token ended a request, <see cref="OperationCanceledException"/> is thrown.
/// </remarks>
public sealed partial class ApiClient : IDisposable
{
    /// <summary>How often one request is sent again at most.</summary>
    private const int MostRetries = 10;

    private static readonly TimeSpan s_pauseAfterBrokenRead = TimeSpan.FromSeconds(1);

    /// <summary>A server that asks for such a pause is in trouble, and whoever waits for what we do is to know it.</summary>
    private static readonly TimeSpan s_longPause = TimeSpan.FromSeconds(10);

    private readonly HttpMessageInvoker _http;
    private readonly ClusterAddress _address;
    private readonly ApiClientOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly ServerWarnings _warnings;
    private readonly bool _packsLists;
    private readonly AuthenticationHeaderValue? _fixed;
    private readonly IRequestCredentials? _credentials;

    /// <summary>A client for a cluster; no connection is opened before the first request.</summary>
    public ApiClient(ClusterAddress address, ApiClientOptions options, TimeProvider time, ILogger log)
        : this(address, options, time, log, ClusterHandler.For(address, options.Connections))
    {
    }

    internal ApiClient(ClusterAddress address, ApiClientOptions options, TimeProvider time, ILogger log, HttpMessageHandler handler)
    {
        (_address, _options, _time, _log) = (address, options, time, log);
        _warnings = new ServerWarnings(log);
        _packsLists = options.PacksLists ?? !(address.DisablesCompression || address.Server.IsLoopback);
        // A token file wins over a token that stands beside it, as for every client.
        _credentials = address.TokenFile is { } file ? new TokenFile(file, time) : address.Exec;
        if (address.Token is { } token)
            _fixed = new AuthenticationHeaderValue("Bearer", token);
        else if (address.Basic is var (user, password))
            _fixed = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
        _http = new HttpMessageInvoker(handler, disposeHandler: true);
        if (address.Warning is { } warning) Log.NotAsItShouldBe(log, warning);
        foreach (var odd in options.Connections.Warnings) Log.NotAsItShouldBe(log, odd);
    }

    /// <summary>Reads one object.</summary>
    public Task<ApiResult<T>> GetAsync<T>(Resource<T> resource, ObjectKey key, CancellationToken stop) where T : KubeObject =>
        GetAsync(resource, key, resource.Item, stop);

    /// <summary>Creates an object; the answer is the object as the server stored it.</summary>
    public Task<ApiResult<T>> CreateAsync<T>(Resource<T> resource, T item, CancellationToken stop, CancellationToken abandon = default) where T : KubeObject =>
        SendAsync(HttpMethod.Post, resource.In(item.Metadata.Namespace ?? "default"), resource.Item,
            JsonSerializer.SerializeToUtf8Bytes(item, resource.Item), MediaTypes.Json, stop, abandon);

    /// <summary>
    /// Replaces an object as a whole, if it still is of the version that the new state was made from. Only for kinds whose model is complete: what a
    /// model does not know would be lost (see <see cref="ObjectUpdate"/>).
    /// </summary>
    public Task<ApiResult<T>> ReplaceAsync<T>(Resource<T> resource, T item, CancellationToken stop) where T : KubeObject =>
        ReplaceAsync(resource, item.Key, null, JsonSerializer.SerializeToUtf8Bytes(item, resource.Item), stop);

    /// <summary>Changes an object by a patch of the given media type.</summary>
    public Task<ApiResult<T>> PatchAsync<T>(
        Resource<T> resource, ObjectKey key, string? subresource, ReadOnlyMemory<byte> patch, MediaTypeHeaderValue type, CancellationToken stop, CancellationToken abandon = default)
        where T : KubeObject =>
        Unaddressable(key) is { } refused ? Task.FromResult<ApiResult<T>>(refused) : AboutObject(SendAsync(HttpMethod.Patch, resource.Of(key, subresource), resource.Item, patch, type, stop, abandon));

    /// <summary>
    /// Deletes an object. The answer holds the metadata of what is left while finalizers keep it, or little more than nothing.
    /// </summary>
    /// <param name="resource">Kind of the object.</param>
    /// <param name="key">Where it is.</param>
    /// <param name="uid">Which incarnation is meant: another of the same name is not touched, and the failure says so (<see cref="ApiFailure.IsOtherUid"/>). Null only where nobody could know it.</param>
    /// <param name="stop">Ends the waiting.</param>
    /// <param name="abandon">Ends the request.</param>
    public Task<ApiResult<MetadataOnly>> DeleteAsync<T>(Resource<T> resource, ObjectKey key, string? uid, CancellationToken stop, CancellationToken abandon = default) where T : KubeObject =>
        DeleteAsync(resource, key, uid, 0, stop, abandon);

    /// <summary>Deletes an object in the state in which it was looked at: whoever changed it since may have changed what its deletion does.</summary>
    /// <param name="resource">Kind of the object.</param>
    /// <param name="key">Where it is.</param>
    /// <param name="uid">Which incarnation is meant.</param>
    /// <param name="version">Its version; any other is a conflict. 0 takes it as it is.</param>
    /// <param name="stop">Ends the waiting.</param>
    /// <param name="abandon">Ends the request.</param>
    public Task<ApiResult<MetadataOnly>> DeleteAsync<T>(
        Resource<T> resource, ObjectKey key, string? uid, ulong version, CancellationToken stop, CancellationToken abandon = default) where T : KubeObject =>
        Unaddressable(key) is { } refused
            ? Task.FromResult<ApiResult<MetadataOnly>>(refused)
            : AboutObject(SendAsync(HttpMethod.Delete, resource.Of(key), KubeJson.Default.MetadataOnly,
                uid is null ? default : JsonSerializer.SerializeToUtf8Bytes(DeleteOptions.Only(uid, version), KubeJson.Default.DeleteOptions), uid is null ? null : MediaTypes.Json, stop, abandon));

    /// <summary>Reads one object in another form than its model; for <see cref="ObjectUpdate"/>.</summary>
    internal Task<ApiResult<TForm>> GetAsync<T, TForm>(Resource<T> resource, ObjectKey key, JsonTypeInfo<TForm> form, CancellationToken stop)
        where T : KubeObject where TForm : class =>
        Unaddressable(key) is { } refused ? Task.FromResult<ApiResult<TForm>>(refused) : AboutObject(SendAsync(HttpMethod.Get, resource.Of(key), form, default, null, stop));

    /// <summary>Replaces an object as a whole; for <see cref="ObjectUpdate"/>, because what a model does not know would be lost.</summary>
    internal Task<ApiResult<T>> ReplaceAsync<T>(
        Resource<T> resource, ObjectKey key, string? subresource, ReadOnlyMemory<byte> item, CancellationToken stop) where T : KubeObject =>
        ReplaceAsync(resource, key, subresource, resource.Item, item, stop);

    /// <summary>The same, with an answer in another form than the model.</summary>
    internal Task<ApiResult<TForm>> ReplaceAsync<T, TForm>(
        Resource<T> resource, ObjectKey key, string? subresource, JsonTypeInfo<TForm> form, ReadOnlyMemory<byte> item, CancellationToken stop)
        where T : KubeObject where TForm : class =>
        AboutObject(SendAsync(HttpMethod.Put, resource.Of(key, subresource), form, item, MediaTypes.Json, stop));

    /// <summary>Sends any request whose answer is one JSON document.</summary>
    /// <param name="method">Verb.</param>
    /// <param name="path">Path and query, from the root of the server.</param>
    /// <param name="answer">Reader of the answer.</param>
    /// <param name="body">Body, or empty.</param>
    /// <param name="type">Media type of the body.</param>
    /// <param name="stop">Ends the waiting and a read, and leaves a write some seconds.</param>
    /// <param name="abandon">Ends a write under way too; what it did by then is unknown.</param>
    public Task<ApiResult<TAnswer>> SendAsync<TAnswer>(
        HttpMethod method, string path, JsonTypeInfo<TAnswer> answer, ReadOnlyMemory<byte> body, MediaTypeHeaderValue? type, CancellationToken stop, CancellationToken abandon = default)
        where TAnswer : class => Insist(method, path, () => SendOnce(method, path, answer, body, type, stop, abandon), stop);

    /// <summary>
    /// Opens a stream of watch events; the caller reads it to its end or disposes it. Takes no token (common contract 8.3) and is
    /// not sent again here: its caller waits as the failure says. The time limit holds until the stream begins.
    /// </summary>
    public Task<ApiResult<HttpResponseMessage>> OpenAsync(string path, CancellationToken stop) => Begin(path, packed: false, stop);

    /// <summary>
    /// Opens a list, or a page of one, to be read as it comes. Sent like any read; the time limit holds until its beginning has come, and
    /// from then on for each silence, which the reader counts. Packed where the server is not on this machine: a list shrinks to a tenth.
    /// </summary>
    internal async Task<ApiResult<AnswerBody>> OpenListAsync(string path, CancellationToken stop)
    {
        var opened = await Insist(HttpMethod.Get, path, () => Begin(path, _packsLists, stop), stop);
        return opened.IsSuccess ? await AnswerBody.Open(opened.Value, _time, stop) : opened.Failure;
    }

    private TimeSpan LeftAtTheEnd => _options.TimeToEnd < _options.Timeout ? _options.TimeToEnd : _options.Timeout;

    /// <summary>How long nothing may come of an answer that has begun.</summary>
    internal TimeSpan LongestSilence => _options.Timeout;

    /// <summary>Closes the connections.</summary>
    public void Dispose() => _http.Dispose();

    /// <summary>Takes a token and sends, again and again where the server asks for that, or a read broke on the way.</summary>
    private async Task<ApiResult<TAnswer>> Insist<TAnswer>(HttpMethod method, string path, Func<Task<ApiResult<TAnswer>>> send, CancellationToken stop)
        where TAnswer : class
    {
        for (var attempt = 0; ; attempt++)
        {
            if (_options.Throttle is { } throttle) await throttle.TakeAsync(stop);
            var result = await send();
            if (result.IsSuccess || attempt == MostRetries || PauseBeforeRetry(method, result.Failure) is not { } pause) return result;

            if (pause >= s_longPause) Log.RetryingMuchLater(_log, method.Method, path, result.Failure.ToString(), pause);
            else Log.Retrying(_log, method.Method, path, result.Failure.ToString(), pause);
            await Task.Delay(pause, _time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            if (stop.IsCancellationRequested) return result; // there will be no later: this is all that is known
        }
    }

    private async Task<ApiResult<HttpResponseMessage>> Begin(string path, bool packed, CancellationToken stop)
    {
        using var limit = new TimeLimit(_options.Timeout, _time, stop);
        try
        {
            var made = await RequestFor(HttpMethod.Get, path, limit.Token);
            if (!made.IsSuccess) return made.Failure;
            using var request = made.Value;
            if (packed) request.Headers.TryAddWithoutValidation("Accept-Encoding", "gzip");
            var response = await _http.SendAsync(request, limit.Token);
            Log.Answered(_log, HttpMethod.Get.Method, path, (int)response.StatusCode);
            _warnings.Take(response.Headers);
            if (response.IsSuccessStatusCode) return response;
            using (response) return await FailureOf(response, limit.Token);
        }
        catch (Exception e) when (IsTransport(e))
        {
            return WhyBroken(e, HttpMethod.Get, path, limit.HasPassed ? _options.Timeout : null, stop);
        }
    }

    private async Task<ApiResult<TAnswer>> SendOnce<TAnswer>(
        HttpMethod method, string path, JsonTypeInfo<TAnswer> answer, ReadOnlyMemory<byte> body, MediaTypeHeaderValue? type, CancellationToken stop, CancellationToken abandon)
        where TAnswer : class
    {
        var isRead = method == HttpMethod.Get;
        var ends = isRead ? stop : abandon;
        using var limit = new TimeLimit(_options.Timeout, _time, ends);
        await using var ending = isRead ? default : stop.UnsafeRegister(_ => limit.Restart(LeftAtTheEnd), null);
        try
        {
            var made = await RequestFor(method, path, limit.Token);
            if (!made.IsSuccess) return made.Failure;
            using var request = made.Value;
            if (type is not null) request.Content = new ReadOnlyMemoryContent(body) { Headers = { ContentType = type } };
            using var response = await _http.SendAsync(request, limit.Token);
            Log.Answered(_log, method.Method, path, (int)response.StatusCode);
            _warnings.Take(response.Headers);
            if (!response.IsSuccessStatusCode) return await FailureOf(response, limit.Token);

            await using var stream = await response.Content.ReadAsStreamAsync(limit.Token);
            return await JsonSerializer.DeserializeAsync(stream, answer, limit.Token) is { } value
                ? value
                : ApiFailure.WithoutAnswer($"{method} {path}: the server answered with an empty document");
        }
        catch (JsonException e)
        {
            return ApiFailure.WithoutAnswer($"{method} {path}: the answer cannot be read: {e.Message}");
        }
        catch (Exception e) when (IsTransport(e))
        {
            return WhyBroken(e, method, path, !limit.HasPassed ? null : !isRead && stop.IsCancellationRequested ? LeftAtTheEnd : _options.Timeout, ends);
        }
    }

    private async ValueTask<ApiResult<HttpRequestMessage>> RequestFor(HttpMethod method, string path, CancellationToken cancel)
    {
        var authorization = _fixed;
        try
        {
            if (_credentials is not null) authorization = await _credentials.HeaderAsync(cancel) ?? _fixed;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // A token file that is gone, a plug-in that fails in whatever way: nothing was sent.
            return ApiFailure.WithoutAnswer($"{method} {path}: no token to send: {e.Message}", refused: true);
        }
        var request = new HttpRequestMessage(method, new Uri(_address.Server.AbsoluteUri.TrimEnd('/') + path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        request.Headers.TryAddWithoutValidation("User-Agent", _options.UserAgent);
        request.Headers.Authorization = authorization;
        foreach (var (name, value) in _address.Impersonation) request.Headers.TryAddWithoutValidation(name, value);
        return request;
    }

    private async Task<ApiFailure> FailureOf(HttpResponseMessage response, CancellationToken cancel)
    {
        if (response.StatusCode is HttpStatusCode.Unauthorized) _credentials?.Refused(response.RequestMessage?.Headers.Authorization);
        var retryAfter = response.Headers.RetryAfter?.Delta;
        Status? status = null;
        var text = "";
        if (response.Content.Headers.ContentType?.MediaType is "text/plain")
        {
            text = await BeginningOf(response, cancel);
        }
        else if (response.Content.Headers.ContentType?.MediaType is "application/json")
        {
            try
            {
                await using var stream = await AnswerBody.ContentOf(response, cancel);
                status = await JsonSerializer.DeserializeAsync(stream, KubeJson.Default.Status, cancel);
            }
            catch (JsonException)
            {
                // No Status after all: the code alone says what is known.
            }
        }
        return ApiFailure.FromStatus((int)response.StatusCode, status, retryAfter, text);
    }

    private static async Task<string> BeginningOf(HttpResponseMessage response, CancellationToken cancel)
    {
        const int enough = 200; // for a sentence; an error page is of no use in a log
        await using var stream = await AnswerBody.ContentOf(response, cancel);
        var bytes = new byte[enough];
        var read = await stream.ReadAtLeastAsync(bytes, enough, throwOnEndOfStream: false, cancel);
        return Encoding.UTF8.GetString(bytes, 0, read).ReplaceLineEndings(" ").Trim();
    }

    private static async Task<ApiResult<TAnswer>> AboutObject<TAnswer>(Task<ApiResult<TAnswer>> sent) where TAnswer : class
    {
        var answer = await sent;
        return answer.Failure is { Code: 404 } failure ? failure.AboutObject() : answer;
    }

    // A path with such a last part is another path, of the whole collection for instance; no object can have such a name.
    private static ApiFailure? Unaddressable(ObjectKey key) =>
        key.Name is "" or "." or ".." ? ApiFailure.Unaddressable(key.Name) : null;

    private static TimeSpan? PauseBeforeRetry(HttpMethod method, ApiFailure failure)
    {
        if (failure.IsVersionTooLarge) return null; // whoever asked for the version knows better what to ask for instead
        if (failure.IsTooManyRequests || failure.Code >= 500) return failure.RetryAfter;
        return failure.IsCut && method == HttpMethod.Get ? s_pauseAfterBrokenRead : null;
    }

    private static bool IsTransport(Exception e) => e is HttpRequestException or IOException or SocketException or InvalidDataException or OperationCanceledException;

    private ApiFailure WhyBroken(Exception e, HttpMethod method, string path, TimeSpan? passed, CancellationToken ends)
    {
        ends.ThrowIfCancellationRequested();
        if (passed is { } limit)
            return ApiFailure.WithoutAnswer($"{method} {path}: no answer from {_address.Server} within {limit.TotalSeconds:0} s");
        var error = (e as HttpRequestException)?.HttpRequestError;
        var isTls = error is HttpRequestError.SecureConnectionError;
        // The handler's own limit for a connection shows as a cancellation nobody asked for.
        var isRefused = isTls || error is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError || e is OperationCanceledException;
        var cause = e;
        while (cause.InnerException is { } inner) cause = inner;
        var advice = isTls ? "; the server's certificate must be valid for its name and signed by the authority the configuration names" : "";
        return ApiFailure.WithoutAnswer($"{method} {path}: no answer from {_address.Server}: {cause.Message}{advice}", isRefused, cut: !isRefused);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Trace, "API request {Verb} {Path} {Code}")]
        public static partial void Answered(ILogger logger, string verb, string path, int code);

        [LoggerMessage(2, LogLevel.Debug, "Sending an API request again {Verb} {Path} {Reason} {Delay}")]
        public static partial void Retrying(ILogger logger, string verb, string path, string reason, TimeSpan delay);

        [LoggerMessage(4, LogLevel.Warning, "The API server asks to be spared for a while, sending a request again after it {Verb} {Path} {Reason} {Delay}")]
        public static partial void RetryingMuchLater(ILogger logger, string verb, string path, string reason, TimeSpan delay);

        [LoggerMessage(3, LogLevel.Error, "Configuration of the API client {Warning}")]
        public static partial void NotAsItShouldBe(ILogger logger, string warning);
    }
}
