using System.Globalization;

namespace Sidecars.Tests.Support;

/// <summary>What a process holds at a moment.</summary>
public sealed record ProcessFacts(int Descriptors, int Threads, long ResidentKilobytes)
{
    /// <summary>Fails where it holds more than it held before: nothing that was done in between may have left anything behind.</summary>
    public void HoldsNoMoreThan(ProcessFacts before)
    {
        Assert.That(Descriptors, Is.LessThanOrEqualTo(before.Descriptors + 1), "descriptors; the last client may just be going");
        Assert.That(Threads, Is.LessThanOrEqualTo(before.Threads + 2), "threads; those of the pool come and go");
        Assert.That(ResidentKilobytes, Is.LessThan(before.ResidentKilobytes * 1.15), "resident memory");
    }

    public static ProcessFacts Of(int process)
    {
        var status = File.ReadAllLines($"/proc/{process}/status");
        return new ProcessFacts(Directory.GetFileSystemEntries($"/proc/{process}/fd").Length, (int)Field("Threads:"), Field("VmRSS:"));

        long Field(string name) => long.Parse(
            status.First(l => l.StartsWith(name, StringComparison.Ordinal))[name.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
    }
}
