using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Sidecars.Kubernetes.Tests.Http;

namespace Sidecars.Kubernetes.Tests.Leading;

/// <summary>
/// An API server of one lease, in the process and on the test's clock: optimistic locking is real, and every request can be late,
/// lost on its way there, or lost on its way back. A request that was given up by its sender may still take effect.
/// </summary>
internal sealed class LeaseServer(TimeProvider time)
{
    private int _version;

    public JsonObject? Lease { get; set; }

    public List<string> Verbs { get; } = [];

    /// <summary>Who holds the lease, by the last answer that reached each candidate.</summary>
    public Dictionary<string, string> Told { get; } = [];

    /// <summary>Decides about each request of a candidate.</summary>
    public Func<string, HttpMethod, Weather> Weather { get; set; } = (_, _) => default;

    public HttpMessageHandler HandlerOf(string candidate) => new Handler(this, candidate);

    private sealed class Handler(LeaseServer server, string candidate) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = await server.Serve(candidate, request).WaitAsync(cancellationToken);
            if (answer.IsSuccessStatusCode)
                server.Told[candidate] = (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync(CancellationToken.None))!["spec"]!["holderIdentity"]!;
            return answer;
        }
    }

    private async Task<HttpResponseMessage> Serve(string candidate, HttpRequestMessage request)
    {
        var weather = Weather(candidate, request.Method);
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync();
        if (weather.Before > TimeSpan.Zero) await Task.Delay(weather.Before, time);
        if (weather.LostBefore) throw new HttpRequestException(HttpRequestError.ConnectionError, "lost on the way there");
        var (code, text) = weather.Refuses is { } refused ? (refused, ScriptedRequest.StatusText(refused, "InternalError")) : Apply(request.Method, body);
        Verbs.Add($"{candidate} {request.Method} {code}");
        if (weather.After > TimeSpan.Zero) await Task.Delay(weather.After, time);
        if (weather.LostAfter) throw new HttpRequestException(HttpRequestError.ResponseEnded, "lost on the way back");
        return new HttpResponseMessage((HttpStatusCode)code) { Content = new StringContent(text, Encoding.UTF8, "application/json") };
    }

    private (int, string) Apply(HttpMethod method, string body)
    {
        if (method == HttpMethod.Get) return Lease is null ? (404, ScriptedRequest.StatusText(404, "NotFound")) : (200, Lease.ToJsonString());
        var sent = (JsonObject)JsonNode.Parse(body)!;
        if (method == HttpMethod.Post && Lease is not null) return (409, ScriptedRequest.StatusText(409, "AlreadyExists"));
        if (method == HttpMethod.Put && Lease is null) return (404, ScriptedRequest.StatusText(404, "NotFound"));
        if (method == HttpMethod.Put && (string?)sent["metadata"]!["resourceVersion"] != $"{_version}") return (409, ScriptedRequest.StatusText(409, "Conflict"));
        Touch(sent);
        return (method == HttpMethod.Post ? 201 : 200, sent.ToJsonString());
    }

    /// <summary>Stores a state as a new version, as somebody else's write does.</summary>
    public void Touch(JsonObject lease)
    {
        lease["metadata"]!["resourceVersion"] = (++_version).ToString(CultureInfo.InvariantCulture);
        Lease = lease;
    }
}

/// <summary>What happens to one request.</summary>
internal readonly record struct Weather(TimeSpan Before = default, TimeSpan After = default, bool LostBefore = false, bool LostAfter = false, int? Refuses = null);
