using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>What a kubelet shows of a pod's containers, none of which is ever started here: all of them run, or one waits for what it lacks.</summary>
internal static class PodStatus
{
    public static JsonObject Running(StoredObject pod, string now) => Show(pod, "Running", now, container => new JsonObject
    {
        ["ready"] = true, ["started"] = true, ["state"] = new JsonObject { ["running"] = new JsonObject { ["startedAt"] = now } },
    });

    public static JsonObject Waiting(StoredObject pod, string container, string reason, string message, string now) => Show(pod, "Pending", now, name => new JsonObject
    {
        ["ready"] = false,
        ["started"] = false,
        ["state"] = new JsonObject
        {
            ["waiting"] = name == container
                ? new JsonObject { ["reason"] = reason, ["message"] = message }
                : new JsonObject { ["reason"] = "ContainerCreating" },
        },
    });

    public static bool IsWaiting(StoredObject pod) =>
        pod.Root.Items("status", "containerStatuses").Any(container => container.Text("state", "waiting", "reason").Length > 0);

    private static JsonObject Show(StoredObject pod, string phase, string now, Func<string, JsonObject> stateOf)
    {
        var content = pod.ToJson();
        var status = content.Child("status");
        status["phase"] = phase;
        status.Default("startTime", now);
        status["hostIP"] = "127.0.0.1";
        status["podIP"] = "127.0.0.1";
        var runs = phase == "Running";
        var before = status.Array("conditions").Objects().ToDictionary(condition => condition.Text("type") ?? "", condition => condition.DeepClone(), StringComparer.Ordinal);
        var conditions = new List<JsonNode>();
        if (before.GetValueOrDefault("PodScheduled") is { } scheduled) conditions.Add(scheduled);
        foreach (var type in (ReadOnlySpan<string>)["Initialized", "ContainersReady", "Ready"])
        {
            var value = runs || type == "Initialized" ? "True" : "False";
            if (before.GetValueOrDefault(type) is { } same && same.Text("status") == value)
            {
                conditions.Add(same);
                continue;
            }
            var condition = new JsonObject { ["type"] = type, ["status"] = value, ["lastTransitionTime"] = now };
            if (value == "False") condition["reason"] = "ContainersNotReady";
            conditions.Add(condition);
        }
        status["conditions"] = new JsonArray([.. conditions]);
        status["containerStatuses"] = new JsonArray([.. content.Array("spec", "containers").Objects().Select(container => Container(container, stateOf))]);
        return content;
    }

    private static JsonObject Container(JsonObject container, Func<string, JsonObject> stateOf)
    {
        var shown = new JsonObject
        {
            ["name"] = container.Text("name"), ["image"] = container.Text("image"), ["imageID"] = "", ["restartCount"] = 0,
        };
        foreach (var (field, value) in stateOf(container.Text("name") ?? "")) shown[field] = value?.DeepClone();
        return shown;
    }
}
