using System.Collections.Concurrent;

namespace Sidecars.Hosting.Http;

/// <summary>The table from exact paths to handlers, with the answers for what is not in it.</summary>
internal sealed class DiagnosticsRoutes
{
    private readonly ConcurrentDictionary<string, (DiagnosticsHandler Handler, bool AnyMethod)> _routes = new(StringComparer.Ordinal);

    public void Map(string path, DiagnosticsHandler handler, bool anyMethod)
    {
        if (!path.StartsWith('/')) throw new ArgumentException($"path \"{path}\" does not begin with a slash", nameof(path));
        if (!_routes.TryAdd(path, (handler, anyMethod))) throw new ArgumentException($"path \"{path}\" is already taken", nameof(path));
    }

    public ValueTask Answer(DiagnosticsRequest request, DiagnosticsResponse response, CancellationToken aborted)
    {
        if (!_routes.TryGetValue(request.Path, out var route))
        {
            response.WriteText(404, "404 page not found\n");
            return ValueTask.CompletedTask;
        }
        if (!route.AnyMethod && request.Method is not ("GET" or "HEAD"))
        {
            response.AddHeader("Allow", "GET, HEAD");
            response.WriteText(405, "Method Not Allowed\n");
            return ValueTask.CompletedTask;
        }
        return route.Handler(request, response, aborted);
    }
}
