using System.Globalization;

namespace Sidecars.Tests.Support;

/// <summary>What a process holds at a moment.</summary>
public sealed record ProcessFacts(int Descriptors, int Threads, long ResidentKilobytes)
{
    /// <summary>
    /// Fails where what was done in between so many times has left something behind: the last client may just be going, and threads of the
    /// pool come and go, but one in a hundred would be a leak.
    /// </summary>
    public void HoldsNoMoreThan(ProcessFacts before, int times)
    {
        Assert.That(Descriptors, Is.LessThan(before.Descriptors + times / 100), "descriptors");
        Assert.That(Threads, Is.LessThan(before.Threads + times / 100), "threads");
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
