using System.Text.Json.Nodes;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;

namespace Sidecars.Kubernetes.Tests.Http;

/// <summary>One request that waits for the test's answer.</summary>
internal sealed class ScriptedRequest(HttpContext http, string body)
{
    private readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Method { get; } = http.Request.Method;

    /// <summary>Path and query as sent.</summary>
    public string Target { get; } = http.Request.GetEncodedPathAndQuery();

    /// <summary>Such as <c>HTTP/2</c>.</summary>
    public string Protocol { get; } = http.Request.Protocol;

    public string Body { get; } = body;

    public IHeaderDictionary Headers { get; } = new HeaderDictionary(http.Request.Headers.ToDictionary(h => h.Key, h => h.Value));

    public string? ClientCertificateSubject { get; } = http.Connection.ClientCertificate?.Subject;

    public Task Answered => _answered.Task;

    public async Task Reply(int code, string text, string type = "application/json", params (string Name, string Value)[] headers)
    {
        http.Response.StatusCode = code;
        http.Response.ContentType = type;
        foreach (var (name, value) in headers) http.Response.Headers.Append(name, value);
        await http.Response.WriteAsync(text);
        _answered.TrySetResult();
    }

    /// <summary>Answers with a Status.</summary>
    /// <param name="code">HTTP status.</param>
    /// <param name="reason">The server's reason.</param>
    /// <param name="message">Its message.</param>
    /// <param name="retryAfter">Seconds to wait.</param>
    /// <param name="cause">Type of the cause.</param>
    /// <param name="name">Name of the object it is about; null for a path that is not served.</param>
    public Task Refuse(int code, string reason, string message = "no", int? retryAfter = null, string? cause = null, string? name = "x") =>
        Reply(code, StatusText(code, reason, message, cause, name), headers: retryAfter is { } s ? [("Retry-After", $"{s}")] : []);

    /// <summary>Begins a stream.</summary>
    public async Task Open(params (string Name, string Value)[] headers)
    {
        http.Response.StatusCode = 200;
        http.Response.ContentType = "application/json";
        foreach (var (name, value) in headers) http.Response.Headers.Append(name, value);
        await http.Response.Body.FlushAsync();
    }

    public Task Send(string text) => Send(Encoding.UTF8.GetBytes(text));

    public async Task Send(ReadOnlyMemory<byte> octets)
    {
        await http.Response.Body.WriteAsync(octets);
        await http.Response.Body.FlushAsync();
    }

    /// <summary>Ends the stream as it should be.</summary>
    public void End() => _answered.TrySetResult();

    /// <summary>Cuts the connection.</summary>
    public void Cut()
    {
        http.Abort();
        _answered.TrySetResult();
    }

    public static string StatusText(int code, string reason, string message = "no", string? cause = null, string? name = "x")
    {
        var details = new JsonObject();
        if (name is not null) details["name"] = name;
        if (cause is not null) details["causes"] = new JsonArray(new JsonObject { ["reason"] = cause });
        return new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["status"] = "Failure", ["message"] = message, ["reason"] = reason, ["details"] = details, ["code"] = code }.ToJsonString();
    }
}
