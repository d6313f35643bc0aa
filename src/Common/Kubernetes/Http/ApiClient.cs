using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;
using Sidecars.Kubernetes.Json;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Http;

/// <summary>
/// Sends requests to the API server and turns every outcome into a value. It waits and sends again only where the server asks
/// for that with Retry-After, or where a read broke on the way (common contract 8.4); anything else is the caller's to judge.
/// One client has one set of connections and one token bucket; it is safe to use from many tasks.
/// </summary>
public sealed partial class ApiClient : IDisposable
{
    /// <summary>How often one request is sent again at most.</summary>
    private const int MostRetries = 10;

    private static readonly TimeSpan s_pauseAfterBrokenRead = TimeSpan.FromSeconds(1);

    private readonly HttpMessageInvoker _http;
    private readonly ClusterAddress _address;
    private readonly ApiClientOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly AuthenticationHeaderValue? _basic;
    private readonly k8s.Authentication.ITokenProvider? _tokens;

    /// <summary>A client for a cluster; no connection is opened before the first request.</summary>
    public ApiClient(ClusterAddress address, ApiClientOptions options, TimeProvider time, ILogger log)
    {
        (_address, _options, _time, _log) = (address, options, time, log);
        _tokens = address.Tokens;
        if (address.Basic is var (user, password))
            _basic = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
        _http = new HttpMessageInvoker(HandlerFor(address), disposeHandler: true);
    }

    /// <summary>Reads one object.</summary>
    public Task<ApiResult<T>> GetAsync<T>(Resource<T> resource, ObjectKey key, CancellationToken cancel) where T : KubeObject =>
        SendAsync(HttpMethod.Get, resource.Of(key), resource.Item, default, null, cancel);

    /// <summary>Creates an object; the answer is the object as the server stored it.</summary>
    public Task<ApiResult<T>> CreateAsync<T>(Resource<T> resource, T item, CancellationToken cancel) where T : KubeObject =>
        SendAsync(HttpMethod.Post, resource.In(item.Metadata.Namespace ?? "default"), resource.Item,
            JsonSerializer.SerializeToUtf8Bytes(item, resource.Item), MediaTypes.Json, cancel);

    /// <summary>Changes an object by a patch of the given media type.</summary>
    public Task<ApiResult<T>> PatchAsync<T>(Resource<T> resource, ObjectKey key, string? subresource, ReadOnlyMemory<byte> patch, MediaTypeHeaderValue type, CancellationToken cancel)
        where T : KubeObject =>
        SendAsync(HttpMethod.Patch, resource.Of(key, subresource), resource.Item, patch, type, cancel);

    /// <summary>
    /// Deletes an object. The answer holds the metadata of what is left while finalizers keep it, or little more than nothing.
    /// </summary>
    public Task<ApiResult<MetadataOnly>> DeleteAsync<T>(Resource<T> resource, ObjectKey key, CancellationToken cancel) where T : KubeObject =>
        SendAsync(HttpMethod.Delete, resource.Of(key), KubeJson.Default.MetadataOnly, default, null, cancel);

    /// <summary>Sends any request whose answer is one JSON document.</summary>
    /// <param name="method">Verb.</param>
    /// <param name="path">Path and query, from the root of the server.</param>
    /// <param name="answer">Reader of the answer.</param>
    /// <param name="body">Body, or empty.</param>
    /// <param name="type">Media type of the body.</param>
    /// <param name="cancel">Ends the request; what it did by then is unknown.</param>
    public async Task<ApiResult<TAnswer>> SendAsync<TAnswer>(
        HttpMethod method, string path, JsonTypeInfo<TAnswer> answer, ReadOnlyMemory<byte> body, MediaTypeHeaderValue? type, CancellationToken cancel)
        where TAnswer : class
    {
        for (var attempt = 0; ; attempt++)
        {
            if (_options.Throttle is { } throttle) await throttle.TakeAsync(cancel);
            var result = await SendOnce(method, path, answer, body, type, cancel);
            if (result.IsSuccess || attempt == MostRetries || PauseBeforeRetry(method, result.Failure) is not { } pause) return result;

            Log.Retrying(_log, method.Method, path, result.Failure.ToString(), pause);
            await Task.Delay(pause, _time, cancel);
        }
    }

    /// <summary>Opens a stream of watch events; the caller reads it to its end or disposes it. Takes no token (common contract 8.3).</summary>
    public async Task<ApiResult<HttpResponseMessage>> OpenAsync(string path, CancellationToken cancel)
    {
        try
        {
            using var request = await RequestFor(HttpMethod.Get, path, cancel);
            var response = await _http.SendAsync(request, cancel);
            if (response.IsSuccessStatusCode) return response;
            using (response) return await FailureOf(response, cancel);
        }
        catch (Exception e) when (IsTransport(e) && !cancel.IsCancellationRequested)
        {
            return Broken(e, path);
        }
    }

    /// <summary>Closes the connections.</summary>
    public void Dispose() => _http.Dispose();

    private async Task<ApiResult<TAnswer>> SendOnce<TAnswer>(
        HttpMethod method, string path, JsonTypeInfo<TAnswer> answer, ReadOnlyMemory<byte> body, MediaTypeHeaderValue? type, CancellationToken cancel)
        where TAnswer : class
    {
        using var limit = new CancellationTokenSource(_options.Timeout, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        try
        {
            using var request = await RequestFor(method, path, both.Token);
            if (type is not null) request.Content = new ReadOnlyMemoryContent(body) { Headers = { ContentType = type } };
            using var response = await _http.SendAsync(request, both.Token);
            Log.Answered(_log, method.Method, path, (int)response.StatusCode);
            if (!response.IsSuccessStatusCode) return await FailureOf(response, both.Token);

            await using var stream = await response.Content.ReadAsStreamAsync(both.Token);
            return await JsonSerializer.DeserializeAsync(stream, answer, both.Token) is { } value
                ? value
                : ApiFailure.WithoutAnswer($"{method} {path}: the server answered with an empty document");
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            return ApiFailure.WithoutAnswer($"{method} {path}: no answer from {_address.Server} within {_options.Timeout.TotalSeconds:0} s");
        }
        catch (JsonException e)
        {
            return ApiFailure.WithoutAnswer($"{method} {path}: the answer cannot be read: {e.Message}");
        }
        catch (Exception e) when (IsTransport(e) && !cancel.IsCancellationRequested)
        {
            return Broken(e, path);
        }
    }

    private async ValueTask<HttpRequestMessage> RequestFor(HttpMethod method, string path, CancellationToken cancel)
    {
        var request = new HttpRequestMessage(method, new Uri(_address.Server.AbsoluteUri.TrimEnd('/') + path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        request.Headers.TryAddWithoutValidation("User-Agent", _options.UserAgent);
        request.Headers.Authorization = _tokens is null ? _basic : await _tokens.GetAuthenticationHeaderAsync(cancel);
        return request;
    }

    private static async Task<ApiFailure> FailureOf(HttpResponseMessage response, CancellationToken cancel)
    {
        var retryAfter = response.Headers.RetryAfter?.Delta;
        Status? status = null;
        if (response.Content.Headers.ContentType?.MediaType is "application/json")
        {
            try
            {
                await using var stream = await response.Content.ReadAsStreamAsync(cancel);
                status = await JsonSerializer.DeserializeAsync(stream, KubeJson.Default.Status, cancel);
            }
            catch (JsonException)
            {
                // No Status after all: the code alone says what is known.
            }
        }
        return ApiFailure.FromStatus((int)response.StatusCode, status, retryAfter);
    }

    private static TimeSpan? PauseBeforeRetry(HttpMethod method, ApiFailure failure)
    {
        if (failure.IsTooManyRequests || failure.Code >= 500) return failure.RetryAfter;
        return failure.IsWithoutAnswer && !failure.IsRefused && method == HttpMethod.Get ? s_pauseAfterBrokenRead : null;
    }

    private static bool IsTransport(Exception e) => e is HttpRequestException or IOException or SocketException or OperationCanceledException;

    private ApiFailure Broken(Exception e, string path)
    {
        var refused = e is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError };
        var cause = e;
        while (cause.InnerException is { } inner) cause = inner;
        return ApiFailure.WithoutAnswer($"no answer from {_address.Server} to {path}: {cause.Message}", refused);
    }

    private static SocketsHttpHandler HandlerFor(ClusterAddress address)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(30),
            // A dead API server is found by a ping after 30 s of silence, not by TCP after a quarter of an hour.
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(15),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            EnableMultipleHttp2Connections = true,
            ActivityHeadersPropagator = null,
        };
        if (address.Server.Scheme == Uri.UriSchemeHttps)
        {
            handler.SslOptions = new SslClientAuthenticationOptions { TargetHost = address.ServerName };
            if (address.ReadClientCertificate() is { } certificate) handler.SslOptions.ClientCertificates = [certificate];
#pragma warning disable CA5359 // The kubeconfig says insecure-skip-tls-verify: its owner decided.
            if (address.SkipsVerification) handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
            else if (address.Authority is { } authority)
                handler.SslOptions.RemoteCertificateValidationCallback = (_, presented, chain, errors) => authority.Trusts(presented, chain, errors);
        }
        return handler;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Trace, "API request {Verb} {Path} {Code}")]
        public static partial void Answered(ILogger logger, string verb, string path, int code);

        [LoggerMessage(2, LogLevel.Debug, "Sending an API request again {Verb} {Path} {Reason} {Delay}")]
        public static partial void Retrying(ILogger logger, string verb, string path, string reason, TimeSpan delay);
    }
}
