using System.Globalization;

namespace Sidecars.Hosting.Metrics;

/// <summary>
/// Reads what Linux tells about this process under <c>/proc</c>. Every method answers null where a file is missing or has another
/// shape (another system, a restricted container): the sample is then left out instead of being wrong.
/// </summary>
internal sealed class ProcFiles(string root)
{
    // Linux reports times in ticks of a hundredth of a second to user space on every architecture we ship for.
    private const double TicksPerSecond = 100;

    // Positions in /proc/self/stat after the parenthesised command name.
    private const int UserTicks = 11;
    private const int SystemTicks = 12;
    private const int StartTicks = 19;
    private const int VirtualBytes = 20;
    private const int ResidentPages = 21;

    public sealed record Stat(double CpuSeconds, double StartSecondsAfterBoot, double VirtualMemoryBytes, double ResidentMemoryBytes);

    public Stat? ReadStat()
    {
        if (Read("self/stat") is not { } text) return null;
        // The command name may contain blanks and parentheses; only the last parenthesis ends it.
        var fields = text[(text.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length <= ResidentPages) return null;
        double At(int index) => double.Parse(fields[index], CultureInfo.InvariantCulture);
        return new Stat(
            (At(UserTicks) + At(SystemTicks)) / TicksPerSecond,
            At(StartTicks) / TicksPerSecond,
            At(VirtualBytes),
            At(ResidentPages) * Environment.SystemPageSize);
    }

    /// <summary>When the machine booted, in Unix seconds.</summary>
    public double? ReadBootTime() => FirstNumber("stat", "btime ", 1);

    public double? CountOpenFiles()
    {
        try
        {
            return Directory.EnumerateFileSystemEntries(Path.Combine(root, "self/fd")).Count();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public double? ReadMaxOpenFiles() => Limit("Max open files");

    public double? ReadMaxVirtualMemory() => Limit("Max address space");

    /// <summary>Octets received and sent by the network namespace, from the kernel's IP counters.</summary>
    public (double Received, double Sent)? ReadNetwork()
    {
        if (Read("self/net/netstat") is not { } text) return null;
        var rows = text.Split('\n').Where(row => row.StartsWith("IpExt:", StringComparison.Ordinal)).ToArray();
        if (rows.Length < 2) return null;
        var names = rows[0].Split(' ');
        var values = rows[1].Split(' ');
        double? Of(string name) => Array.IndexOf(names, name) is > 0 and var i && i < values.Length
            && double.TryParse(values[i], CultureInfo.InvariantCulture, out var value) ? value : null;
        return Of("InOctets") is { } received && Of("OutOctets") is { } sent ? (received, sent) : null;
    }

    // The soft limit of one row; "unlimited" is printed as the largest number, like the originals do.
    private double? Limit(string name)
    {
        if (Read("self/limits") is not { } text) return null;
        var row = text.Split('\n').FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
        var soft = row?[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        if (soft == "unlimited") return ulong.MaxValue;
        return double.TryParse(soft, CultureInfo.InvariantCulture, out var value) ? value : null;
    }

    private double? FirstNumber(string file, string prefix, int field)
    {
        var row = Read(file)?.Split('\n').FirstOrDefault(line => line.StartsWith(prefix, StringComparison.Ordinal));
        return double.TryParse(row?.Split(' ').ElementAtOrDefault(field), CultureInfo.InvariantCulture, out var value) ? value : null;
    }

    private string? Read(string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(root, file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
