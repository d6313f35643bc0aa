using System.Globalization;
using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>
/// Writes events about objects, as <c>kubectl describe</c> shows them. The same event again counts up the one that is there. Events are
/// for people: one that cannot be written is dropped.
/// </summary>
internal sealed class EventWriter(Storage storage, TimeProvider time)
{
    // Beyond this many distinct events the oldest are not counted up any more, but written anew.
    private const int Remembered = 4096;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (string Namespace, string Name, int Count)> _written = new(StringComparer.Ordinal);
    private long _sequence;

    public void Normal(StoredObject about, string component, string reason, string message) =>
        Write(about, component, "Normal", reason, message);

    public void Warning(StoredObject about, string component, string reason, string message) =>
        Write(about, component, "Warning", reason, message);

    private void Write(StoredObject about, string component, string type, string reason, string message)
    {
        var identity = $"{about.Uid}\n{component}\n{type}\n{reason}\n{message}";
        lock (_gate)
        {
            if (_written.TryGetValue(identity, out var known) && CountUp(known))
            {
                _written[identity] = known with { Count = known.Count + 1 };
                return;
            }

            if (_written.Count >= Remembered) _written.Clear();
            var created = storage.Create("events", Compose(about, component, type, reason, message));
            if (created.IsOk) _written[identity] = (created.Object.Namespace, created.Object.Name, 1);
        }
    }

    private bool CountUp((string Namespace, string Name, int Count) known) => storage.Patch(
        "events", known.Namespace, known.Name, PatchKind.Merge,
        new JsonObject { ["count"] = known.Count + 1, ["lastTimestamp"] = Timestamp.Of(time) }).IsOk;

    private JsonObject Compose(StoredObject about, string component, string type, string reason, string message)
    {
        var now = Timestamp.Of(time);
        var ns = about.Namespace.Length > 0 ? about.Namespace : "default";
        var suffix = (time.GetUtcNow().Ticks + Interlocked.Increment(ref _sequence)).ToString("x16", CultureInfo.InvariantCulture);
        return new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Event",
            ["metadata"] = new JsonObject { ["name"] = $"{about.Name}.{suffix}", ["namespace"] = ns },
            ["involvedObject"] = new JsonObject
            {
                ["kind"] = about.Resource.Kind,
                ["apiVersion"] = about.Resource.GroupVersion,
                ["namespace"] = about.Namespace.Length > 0 ? about.Namespace : null,
                ["name"] = about.Name,
                ["uid"] = about.Uid,
                ["resourceVersion"] = about.Version.ToString(CultureInfo.InvariantCulture),
            },
            ["reason"] = reason,
            ["message"] = message,
            ["type"] = type,
            ["count"] = 1,
            ["firstTimestamp"] = now,
            ["lastTimestamp"] = now,
            ["source"] = new JsonObject { ["component"] = component },
            ["reportingComponent"] = component,
            ["reportingInstance"] = "",
        };
    }
}
