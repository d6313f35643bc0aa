using System.Globalization;

namespace Sidecars.Tests.Support;

/// <summary>What a process holds at a moment.</summary>
public sealed record ProcessFacts(int Descriptors, int Threads, long ResidentKilobytes)
{
    public static ProcessFacts Of(int process)
    {
        var status = File.ReadAllLines($"/proc/{process}/status");
        return new ProcessFacts(Directory.GetFileSystemEntries($"/proc/{process}/fd").Length, (int)Field("Threads:"), Field("VmRSS:"));

        long Field(string name) => long.Parse(
            status.First(l => l.StartsWith(name, StringComparison.Ordinal))[name.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
    }
}
