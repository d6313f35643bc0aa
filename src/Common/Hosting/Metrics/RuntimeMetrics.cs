using System.Globalization;
using System.Runtime.InteropServices;

namespace Sidecars.Hosting.Metrics;

/// <summary>
/// What the .NET runtime says about itself under <c>dotnet_*</c>, in the place of the originals' <c>go_*</c> families, and the build
/// information. Everything is read at the scrape, nothing listens in between.
/// </summary>
public static class RuntimeMetrics
{
    /// <summary>Registers the runtime families.</summary>
    public static void Register(MetricRegistry registry)
    {
        registry.Gauge("dotnet_gc_heap_bytes", "Bytes of the managed heap thought to be in use.").Callback(static () => GC.GetTotalMemory(false));
        registry.Gauge("dotnet_gc_committed_bytes", "Bytes the garbage collector holds from the system, as of the last collection.")
            .Callback(static () => GC.GetGCMemoryInfo().TotalCommittedBytes);
        registry.Counter("dotnet_gc_allocated_bytes_total", "Bytes allocated on the managed heap since the start.")
            .With().Callback(static () => GC.GetTotalAllocatedBytes());
        registry.Counter("dotnet_gc_pause_seconds_total", "Time all threads were stopped for garbage collection.")
            .With().Callback(static () => GC.GetTotalPauseDuration().TotalSeconds);
        var collections = registry.Counter("dotnet_gc_collections_total", "Garbage collections by the oldest generation collected.", "generation");
        for (var generation = 0; generation <= GC.MaxGeneration; generation++)
        {
            var counted = generation;
            collections.With(generation.ToString(CultureInfo.InvariantCulture)).Callback(() => GC.CollectionCount(counted));
        }
        registry.Gauge("dotnet_thread_pool_threads", "Threads of the thread pool.").Callback(static () => ThreadPool.ThreadCount);
        registry.Gauge("dotnet_thread_pool_queue_length", "Work items waiting for a thread.").Callback(static () => ThreadPool.PendingWorkItemCount);
    }

    /// <summary>Registers <c>csi_sidecar_build_info</c>, which is always 1 and carries the facts as labels.</summary>
    public static void RegisterBuildInfo(MetricRegistry registry, string version, string commit) =>
        registry.Gauge("csi_sidecar_build_info", "Version, commit and runtime this program was built from.", "version", "commit", "runtime")
            .With(version, commit, RuntimeInformation.FrameworkDescription).Set(1);
}
