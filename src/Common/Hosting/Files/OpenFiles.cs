using System.Runtime.InteropServices;

namespace Sidecars.Hosting.Files;

/// <summary>
/// How many descriptors this process may have open at once. A container often begins with 1,024 where far more are allowed, for the sake of
/// programs that use select(2), which none of ours do.
/// </summary>
internal static partial class OpenFiles
{
    private const int Resource = 7; // RLIMIT_NOFILE

    /// <summary>The limit that holds now; null where the system does not tell.</summary>
    public static ulong? Limit => Get(Resource, out var limit) is 0 ? limit.Soft : null;

    /// <summary>Raises the limit to what the process may give itself; where that is refused, everything stays as it is.</summary>
    public static void RaiseLimit()
    {
        if (Get(Resource, out var limit) is not 0 || limit.Soft >= limit.Hard) return;
        limit.Soft = limit.Hard;
        _ = Set(Resource, limit);
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int Get(int resource, out ResourceLimit limit);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int Set(int resource, in ResourceLimit limit);

    private struct ResourceLimit
    {
        public ulong Soft;
        public ulong Hard;
    }
}
