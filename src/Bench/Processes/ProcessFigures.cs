using System.Globalization;

namespace Sidecars.Bench;

/// <summary>What the kernel says of a process at a moment. Memory is in MiB.</summary>
/// <param name="Resident">Memory it has, its program and libraries included.</param>
/// <param name="Peak">The most it ever had.</param>
/// <param name="Anonymous">Memory that is its own and in no file.</param>
/// <param name="Threads">Its threads.</param>
/// <param name="Cpu">The processor time it took, in the kernel and outside.</param>
internal sealed record ProcessFigures(double Resident, double Peak, double Anonymous, int Threads, TimeSpan Cpu)
{
    private const double KibInMib = 1024;

    /// <summary>Reads /proc/PID/status; null where a field is missing, as it is of a process that has ended.</summary>
    public static ProcessFigures? Parse(string status, TimeSpan cpu)
    {
        var fields = status.Split('\n').Select(line => line.Split(':', 2)).Where(parts => parts.Length == 2).ToDictionary(parts => parts[0], parts => parts[1].Trim(), StringComparer.Ordinal);
        return Number("VmRSS") is { } resident && Number("VmHWM") is { } peak && Number("RssAnon") is { } anonymous && Number("Threads") is { } threads
            ? new ProcessFigures(resident / KibInMib, peak / KibInMib, anonymous / KibInMib, (int)threads, cpu)
            : null;

        long? Number(string field) => fields.TryGetValue(field, out var text) && long.TryParse(text.Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }
}
