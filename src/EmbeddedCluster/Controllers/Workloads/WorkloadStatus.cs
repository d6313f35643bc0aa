using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>Writes what a workload's controller saw into its status, together with the generation it saw.</summary>
internal static class WorkloadStatus
{
    /// <summary>Changes the status of the object as it was read; done when it says so already.</summary>
    public static Outcome Write(ControllerContext context, StoredObject workload, Action<JsonObject> change)
    {
        // The spec may have been written meanwhile by nobody but others: then its change brings the workload back.
        var content = workload.ToJson();
        var status = content.Child("status");
        var before = status.ToJsonString();
        change(status);
        status["observedGeneration"] = workload.Root.Integer("metadata", "generation");
        return status.ToJsonString() == before ? Outcome.Done : Outcome.Of(context.Storage.UpdateStatus(workload.Resource.GroupResource, content));
    }

    /// <summary>A number that is left out while it is 0.</summary>
    public static void Count(JsonObject status, string field, int count)
    {
        if (count > 0) status[field] = count;
        else status.Remove(field);
    }

    /// <summary>
    /// Sets a condition. When it was last updated changes with its reason and its message, when it last turned only with its value.
    /// </summary>
    public static void SetCondition(JsonObject status, string type, bool isTrue, string reason, string message, string now)
    {
        var conditions = status.Array("conditions").Objects().Select(condition => condition.DeepClone().AsObject()).ToList();
        var value = isTrue ? "True" : "False";
        var known = conditions.Find(condition => condition.Text("type") == type);
        if (known is not null && known.Text("status") == value && known.Text("reason") == reason && known.Text("message") == message) return;
        var turned = known is not null && known.Text("status") == value ? known.Text("lastTransitionTime") ?? now : now;
        var fresh = new JsonObject
        {
            ["type"] = type, ["status"] = value, ["lastUpdateTime"] = now, ["lastTransitionTime"] = turned, ["reason"] = reason, ["message"] = message,
        };
        if (known is null) conditions.Add(fresh);
        else conditions[conditions.IndexOf(known)] = fresh;
        status["conditions"] = new JsonArray([.. conditions]);
    }
}
