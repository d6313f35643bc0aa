using System.Globalization;
using System.Text.Json;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>How far a pod is, as those who count pods see it.</summary>
internal static class PodState
{
    /// <summary>It counts for its workload: it has not ended and is not on its way out.</summary>
    public static bool IsActive(StoredObject pod) => !pod.IsBeingDeleted && !PodVolumes.IsFinished(pod);

    public static bool IsReady(StoredObject pod) => ReadySince(pod) is not null;

    /// <summary>When it will have been ready for long enough to count on it; null while it is not ready at all.</summary>
    public static DateTimeOffset? AvailableAt(StoredObject pod, long minReadySeconds) => ReadySince(pod)?.AddSeconds(minReadySeconds);

    /// <summary>How many of the pods can be counted on now, and how long it takes until that number grows by itself.</summary>
    public static (int Count, TimeSpan? Next) Available(IEnumerable<StoredObject> pods, long minReadySeconds, DateTimeOffset now)
    {
        var moments = pods.Select(pod => AvailableAt(pod, minReadySeconds)).OfType<DateTimeOffset>().ToList();
        var later = moments.Where(moment => moment > now).ToList();
        return (moments.Count - later.Count, later.Count > 0 ? later.Min() - now : null);
    }

    private static DateTimeOffset? ReadySince(StoredObject pod)
    {
        foreach (var condition in pod.Root.Items("status", "conditions"))
            if (condition.Text("type") == "Ready" && condition.Text("status") == "True") return Moment(condition, "lastTransitionTime");
        return null;
    }

    public static DateTimeOffset Moment(JsonElement owner, params ReadOnlySpan<string> path) =>
        DateTimeOffset.TryParse(owner.Text(path), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) ? moment : DateTimeOffset.MinValue;
}
