using System.Text.Json.Nodes;

namespace Sidecars.Bench;

/// <summary>
/// Which objects of a cluster are the bench's: those with its label, those in its namespace, and the volumes of its driver. It finds out whether there
/// are any others, and removes its own, also those that an earlier run had no time to remove.
/// </summary>
internal sealed class OwnObjects(ClusterApi api)
{
    /// <summary>The label of all that the bench makes.</summary>
    public const string Label = "sidecar-bench";

    private const int AtATime = 16;

    /// <summary>What has to be told before a cluster is written to that others use; null where nobody does.</summary>
    public async Task<string?> Strangers(CancellationToken stop)
    {
        foreach (var resource in (Resource[])[Resource.Nodes, Resource.Claims])
        {
            var page = await api.Page(resource.Everywhere, $"limit=1&labelSelector={Uri.EscapeDataString("!" + Label)}", stop);
            if (page?["items"]?.AsArray() is [{ } stranger, ..])
                return $"The cluster has {resource.Plural} that are not of this bench, such as {stranger["metadata"]?["name"]}. Hundreds of objects would be written to it; "
                    + "give --yes-this-cluster if that is meant, or leave --kubeconfig out for an embedded cluster.";
        }
        return null;
    }

    /// <summary>Removes what was made, the users of a thing before the thing; the namespace stays.</summary>
    public async Task Remove(CancellationToken stop)
    {
        foreach (var resource in (Resource[])[Resource.Attachments, Resource.SnapshotContents, Resource.SnapshotClasses])
            await Remove(resource, await api.List(resource.Everywhere, Labelled, stop), stop);
        foreach (var resource in (Resource[])[Resource.Pods, Resource.Claims]) await Remove(resource, await api.List(resource.Ours, "", stop), stop);
        await Remove(Resource.Volumes, (await api.List(Resource.Volumes.Everywhere, "", stop)).Where(IsOfOurDriver), stop);
        foreach (var resource in (Resource[])[Resource.StorageClasses, Resource.CsiNodes, Resource.Nodes])
            await Remove(resource, await api.List(resource.Everywhere, Labelled, stop), stop);
        foreach (var resource in (Resource[])[Resource.Leases, Resource.Events]) await Remove(resource, await api.List(resource.Ours, "", stop), stop);
        // Events of objects without a namespace are in this one.
        var events = await api.List($"{Resource.Events.Root}/namespaces/default/{Resource.Events.Plural}", "", stop);
        foreach (var told in events.Where(IsAboutOurs)) await api.Drop($"{Resource.Events.Root}/namespaces/default/{Resource.Events.Plural}/{NameOf(told)}", stop);
    }

    /// <summary>Removes the namespace.</summary>
    public async Task RemoveNamespace(CancellationToken stop)
    {
        if (await api.Touch(Resource.Namespaces.Of(Resource.Namespace), stop) == System.Net.HttpStatusCode.NotFound) return;
        await Remove(Resource.ServiceAccounts, await api.List(Resource.ServiceAccounts.Ours, Labelled, stop), stop);
        await api.Delete(Resource.Namespaces, Resource.Namespace, stop);
    }

    private static string Labelled => $"labelSelector={Label}";

    private async Task Remove(Resource resource, IEnumerable<JsonObject> items, CancellationToken stop) =>
        await Parallel.ForEachAsync(
            items.Select(NameOf).ToList(), new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = stop }, async (name, token) => await api.Remove(resource, name, token));

    private static bool IsOfOurDriver(JsonObject volume) => volume["spec"]?["csi"]?["driver"]?.ToString() == NullDriver.Name;

    private static bool IsAboutOurs(JsonObject told) =>
        told["involvedObject"]?["name"]?.ToString().StartsWith(BenchObjects.Prefix, StringComparison.Ordinal) == true;

    private static string NameOf(JsonObject item) => item["metadata"]!["name"]!.ToString();
}
