using System.Globalization;

namespace Sidecars.Tests.Support;

/// <summary>What a process holds at a moment.</summary>
public sealed record ProcessFacts(int Descriptors, int Threads, long ResidentKilobytes)
{
    /// <summary>How often a round may be repeated before what it leaves behind counts as kept: what a runtime holds for its own sake has an end.</summary>
    private const int MostRounds = 16;

    /// <summary>How many rounds in a row are judged together: one alone may have met a collection that gave back more than the round took.</summary>
    private const int Judged = 3;

    /// <summary>
    /// Runs rounds of the same work until some in a row leave nothing behind, and fails where they never do: memory that is kept grows with each,
    /// while what a runtime and its pools hold of a crowd grows to its measure and stays there, however busy the machine is.
    /// </summary>
    /// <param name="process">Process that does the work.</param>
    /// <param name="mostKilobytes">What a round may leave behind at most; say it by what one piece of the round's work would keep.</param>
    /// <param name="round">The work; a first round, which fills caches and pools, is not judged.</param>
    public static async Task LeaveNothingBehind(int process, int mostKilobytes, Func<Task> round)
    {
        await round();
        var first = Of(process);
        List<long> resident = [first.ResidentKilobytes];
        do
        {
            await round();
            await first.WaitForHandles(process);
            resident.Add(Of(process).ResidentKilobytes);
        }
        while (resident.Count <= Judged || (Added() > Judged * mostKilobytes && resident.Count <= MostRounds));
        Assert.That(Added(), Is.LessThanOrEqualTo(Judged * mostKilobytes), $"resident kilobytes after each round: {string.Join(' ', resident)}");

        long Added() => resident[^1] - resident[^(Judged + 1)];
    }

    /// <summary>
    /// Waits until a process has no more descriptors and threads than before, and fails where it goes on to: the last clients may just be going, and
    /// threads of the pool end when they have been idle for a while.
    /// </summary>
    private async Task WaitForHandles(int process)
    {
        var began = TimeProvider.System.GetTimestamp();
        var now = Of(process);
        while (!now.IsWithin(this) && TimeProvider.System.GetElapsedTime(began) < TestTimeouts.Limit)
        {
            await Task.Yield();
            now = Of(process);
        }
        Assert.That(now.Descriptors, Is.LessThanOrEqualTo(Descriptors + 1), "descriptors");
        Assert.That(now.Threads, Is.LessThanOrEqualTo(Threads + 2), "threads");
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
