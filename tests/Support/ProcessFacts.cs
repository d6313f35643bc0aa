using System.Globalization;

namespace Sidecars.Tests.Support;

/// <summary>What a process holds at a moment.</summary>
public sealed record ProcessFacts(int Descriptors, int Threads, long ResidentKilobytes)
{
    /// <summary>
    /// Waits until a process holds no more than it held before, and fails where it goes on to: the last clients may just be going, and threads of
    /// the pool end when they have been idle for a while.
    /// </summary>
    public static async Task ReturnTo(ProcessFacts before, int process)
    {
        var began = TimeProvider.System.GetTimestamp();
        var now = Of(process);
        while (!now.IsWithin(before) && TimeProvider.System.GetElapsedTime(began) < TestTimeouts.Limit)
        {
            await Task.Yield();
            now = Of(process);
        }
        Assert.That(now.Descriptors, Is.LessThanOrEqualTo(before.Descriptors + 1), "descriptors");
        Assert.That(now.Threads, Is.LessThanOrEqualTo(before.Threads + 2), "threads");
        Assert.That(now.ResidentKilobytes, Is.LessThan(before.ResidentKilobytes * 1.15), "resident memory");
    }

    private bool IsWithin(ProcessFacts before) => Descriptors <= before.Descriptors + 1 && Threads <= before.Threads + 2;

    public static ProcessFacts Of(int process)
    {
        var status = File.ReadAllLines($"/proc/{process}/status");
        return new ProcessFacts(Directory.GetFileSystemEntries($"/proc/{process}/fd").Length, (int)Field("Threads:"), Field("VmRSS:"));

        long Field(string name) => long.Parse(
            status.First(l => l.StartsWith(name, StringComparison.Ordinal))[name.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
    }
}
