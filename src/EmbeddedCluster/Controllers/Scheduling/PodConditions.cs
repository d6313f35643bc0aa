using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>The PodScheduled condition.</summary>
internal static class PodConditions
{
    /// <summary>Sets the condition in a copy of the pod; false when it stands there already.</summary>
    public static bool SetScheduled(JsonObject pod, bool isScheduled, string reason, string message, string now)
    {
        var status = pod.Child("status");
        var others = new List<JsonNode>();
        foreach (var condition in status.Array("conditions").Objects())
        {
            if (condition.Text("type") != "PodScheduled")
            {
                others.Add(condition.DeepClone());
                continue;
            }

            if (condition.Text("status") == (isScheduled ? "True" : "False") && (condition.Text("message") ?? "") == message) return false;
        }

        var scheduled = new JsonObject
        {
            ["type"] = "PodScheduled",
            ["status"] = isScheduled ? "True" : "False",
            ["lastTransitionTime"] = now,
        };
        if (reason.Length > 0) scheduled["reason"] = reason;
        if (message.Length > 0) scheduled["message"] = message;
        status["conditions"] = new JsonArray([.. others, scheduled]);
        return true;
    }
}
