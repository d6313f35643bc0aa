using System.Globalization;
using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>Writes one <c>audit.k8s.io/v1</c> event a request, at its end, as a line of JSON: who, which verb, which object, which code.</summary>
internal sealed class AuditLog(string path, TimeProvider time) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly StreamWriter _file = new(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };

    public void Write(LoggedRequest entry)
    {
        var request = entry.Request;
        var line = new JsonObject
        {
            ["kind"] = "Event",
            ["apiVersion"] = "audit.k8s.io/v1",
            ["level"] = "Metadata",
            ["auditID"] = Guid.NewGuid().ToString(),
            ["stage"] = "ResponseComplete",
            ["requestURI"] = request.Path,
            ["verb"] = request.Verb,
            ["user"] = new JsonObject { ["username"] = entry.User },
            ["userAgent"] = entry.UserAgent,
            ["responseStatus"] = new JsonObject { ["code"] = entry.Code },
            ["stageTimestamp"] = time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture),
        };
        if (request.IsAboutObjects)
        {
            var reference = new JsonObject { ["resource"] = request.Resource, ["apiVersion"] = request.Version };
            foreach (var (name, value) in new[] { ("namespace", request.Namespace), ("name", request.Name), ("apiGroup", request.Group), ("subresource", request.Subresource) })
                if (value.Length > 0) reference[name] = value;
            line["objectRef"] = reference;
        }
        var text = line.ToJsonString();
        lock (_gate) _file.WriteLine(text);
    }

    public void Dispose() => _file.Dispose();
}
