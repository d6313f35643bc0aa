using Sidecars.Hosting;

namespace Sidecars.Playground;

/// <summary>
/// Waits for one step after the other, looking again whenever the world changes. Files are not watched, so a step is also looked at a
/// few times a second. A step that takes too long, or a program that will not run, fails the walk with all that is known.
/// </summary>
internal sealed class StepWalk(Board board, ProgramKeeper programs, TimeProvider time)
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(200);

    private readonly List<string> _deeds = [];

    /// <summary>What the steps that came true say of the run, each once, in the order they came.</summary>
    public IReadOnlyList<string> Deeds => _deeds;

    /// <summary>A limit of null waits for ever.</summary>
    public async Task Wait(Step step, TimeSpan? limit, CancellationToken stop)
    {
        var began = time.GetTimestamp();
        while (!step.IsTrue())
        {
            if (programs.Failed.IsCompleted)
            {
                var ended = await programs.Failed;
                throw new StepFailed(Explain(step, $"{ended.Name} ended with exit code {ended.ExitCode}", ended.Name, ended.Tail));
            }

            if (limit is { } most && time.GetElapsedTime(began) > most)
                throw new StepFailed(Explain(step, $"not within {GoDuration.Format(most)}", step.Program, programs.TailOf(step.Program)));

            await Task.WhenAny(board.NextChange, Task.Delay(Glance, time, stop));
            stop.ThrowIfCancellationRequested();
        }

        if (step.Deed is { } deed && !_deeds.Contains(deed)) _deeds.Add(deed);
    }

    private string Explain(Step step, string why, string guilty, IReadOnlyList<string> log)
    {
        var lines = new List<string> { $"This did not come true: {step.Promise} ({why})." };
        // A right that is missing is the likeliest reason, whichever program it is that waits now.
        if (programs.MissingRights is { Count: > 0 } missing) lines.AddRange(["Rights are missing:", .. missing.Select(line => "  " + line)]);
        lines.Add($"Last seen: {step.LastSeen()}.");
        var warnings = board.News.Where(news => news.Text.Contains(": warning ", StringComparison.Ordinal)).TakeLast(3).Select(news => news.Text).ToList();
        if (warnings.Count > 0) lines.AddRange(["Warnings of the cluster:", .. warnings.Select(line => "  " + line)]);
        if (log.Count > 0) lines.AddRange([$"From the log of {guilty}:", .. log.Select(line => "  " + line)]);
        return string.Join(Environment.NewLine, lines);
    }
}
