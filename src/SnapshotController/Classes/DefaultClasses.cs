using Sidecars.Kubernetes.Objects;

namespace Sidecars.SnapshotController.Classes;

/// <summary>
/// Chooses the class of a snapshot, or of a group, that names none: the one class of the volume's driver that is marked as the default. Looked at
/// anew each time, so that it counts at once when a mark comes or goes.
/// </summary>
internal static class DefaultClasses
{
    /// <summary>The class; or why there is none, and who can change that.</summary>
    public static (T? Class, string? Error, string? Advice) Choose<T>(IEnumerable<T> classes, string driver, string mark, string what)
        where T : SnapshotClassObject
    {
        var found = classes.Where(c => c.Driver == driver && !c.IsBeingDeleted && c.Annotation(mark) is "true")
            .OrderBy(c => c.Name, StringComparer.Ordinal).ToList();
        return found switch
        {
            [var one] => (one, null, null),
            [] => (null, $"cannot find default {what} class of driver {driver}",
                $"name a class in the spec, or have the administrator mark one of that driver with the annotation {mark}: \"true\""),
            _ => (null, $"{found.Count} default {what} classes were found for driver {driver}: {string.Join(", ", found.Select(c => c.Name))}",
                $"name one of them in the spec, or have the administrator leave the annotation {mark} on one alone"),
        };
    }
}
