namespace Sidecars.Hosting.Metrics;

/// <summary>
/// The process families of the originals under their names (common contract 4.2), read from <c>/proc</c> at each scrape. What the
/// system does not tell is left out.
/// </summary>
public sealed class ProcessMetrics
{
    private readonly ProcFiles _files;
    private ProcFiles.Stat? _stat;
    private (double Received, double Sent)? _network;

    private ProcessMetrics(ProcFiles files) => _files = files;

    /// <summary>When this process started; the present time where the system does not tell.</summary>
    public static DateTimeOffset ReadStartTime(TimeProvider time) =>
        StartTime(new ProcFiles(DefaultRoot)) is { } seconds ? DateTimeOffset.UnixEpoch.AddSeconds(seconds) : time.GetUtcNow();

    /// <summary>
    /// Registers only <c>process_start_time_seconds</c>, which every program with a metrics endpoint has. The help carries the prefix
    /// <c>[ALPHA] </c> where the CSI manager of the originals registers it, and none in the provisioner.
    /// </summary>
    public static void RegisterStartTime(MetricRegistry registry, bool alpha = true, string procRoot = DefaultRoot)
    {
        var start = StartTime(new ProcFiles(procRoot));
        registry.Gauge("process_start_time_seconds", $"{(alpha ? "[ALPHA] " : "")}When the process started, in seconds since the Unix epoch.")
            .Callback(() => start ?? double.NaN);
    }

    /// <summary>Registers all other process families: processor time, descriptors, memory, network.</summary>
    public static void Register(MetricRegistry registry, string procRoot = DefaultRoot)
    {
        var metrics = new ProcessMetrics(new ProcFiles(procRoot));
        var files = metrics._files;
        registry.OnCollect(metrics.Refresh);
        registry.Counter("process_cpu_seconds_total", "Processor time used, user and system, in seconds.")
            .With().Callback(() => metrics._stat?.CpuSeconds ?? double.NaN);
        registry.Gauge("process_open_fds", "Open file descriptors.").Callback(() => files.CountOpenFiles() ?? double.NaN);
        registry.Gauge("process_max_fds", "Soft limit of open file descriptors.").Callback(() => files.ReadMaxOpenFiles() ?? double.NaN);
        registry.Gauge("process_virtual_memory_bytes", "Bytes of virtual memory.")
            .Callback(() => metrics._stat?.VirtualMemoryBytes ?? double.NaN);
        registry.Gauge("process_virtual_memory_max_bytes", "Soft limit of virtual memory in bytes.")
            .Callback(() => files.ReadMaxVirtualMemory() ?? double.NaN);
        registry.Gauge("process_resident_memory_bytes", "Bytes of memory that are resident.")
            .Callback(() => metrics._stat?.ResidentMemoryBytes ?? double.NaN);
        registry.Counter("process_network_receive_bytes_total", "Bytes received in the network namespace of the process.")
            .With().Callback(() => metrics._network?.Received ?? double.NaN);
        registry.Counter("process_network_transmit_bytes_total", "Bytes sent in the network namespace of the process.")
            .With().Callback(() => metrics._network?.Sent ?? double.NaN);
    }

    internal const string DefaultRoot = "/proc";

    private static double? StartTime(ProcFiles files) =>
        files.ReadStat() is { } stat && files.ReadBootTime() is { } boot ? boot + stat.StartSecondsAfterBoot : null;

    private void Refresh()
    {
        _stat = _files.ReadStat();
        _network = _files.ReadNetwork();
    }
}
