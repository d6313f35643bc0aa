using Sidecars.Hosting;

namespace Sidecars.Playground;

/// <summary>
/// Keeps programs running as a kubelet keeps containers: one that ends is told of and started anew after a pause, from the very start on. One
/// whose command line is wrong, or that ends again and again as soon as it runs, is reported in <see cref="Failed"/>, and started anew all the same.
/// </summary>
internal sealed class ProgramKeeper(Action<string> tell, TimeProvider time) : IAsyncDisposable
{
    private const int MostQuickEnds = 4;

    private static readonly TimeSpan s_quick = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly List<Kept> _kept = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<ProgramEnd> _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes with the first program that will not run.</summary>
    public Task<ProgramEnd> Failed => _failed.Task;

    /// <summary>What is worth reading of a program's log; nothing for one that is not kept here.</summary>
    public IReadOnlyList<string> TailOf(string name)
    {
        lock (_gate) return _kept.Find(kept => kept.Name == name)?.Program.Tail ?? [];
    }

    /// <summary>The rights that programs say they lack, each with the program's name.</summary>
    public IReadOnlyList<string> MissingRights
    {
        get
        {
            lock (_gate) return [.. _kept.SelectMany(kept => kept.Program.MissingRights.Select(line => $"{kept.Name}: {line}"))];
        }
    }

    /// <summary>Starts a program, and starts it again whenever it ends.</summary>
    public async Task Start(string name, Func<Task<ChildProgram>> start)
    {
        var kept = new Kept(name, start, time.GetTimestamp(), await start());
        lock (_gate) _kept.Add(kept);
        kept.Keeping = Keep(kept);
    }

    /// <summary>Kills one program, waits until it and those that end with it are gone, and keeps none of them any longer.</summary>
    public async Task Kill(string name, IEnumerable<string> endingWithIt, CancellationToken stop)
    {
        List<Kept> ending;
        lock (_gate) ending = [.. endingWithIt.Append(name).Select(ended => _kept.Single(kept => kept.Name == ended))];
        foreach (var kept in ending) kept.IsLetGo = true;
        await ending[^1].Program.Kill(stop);
        foreach (var kept in ending)
        {
            await kept.Keeping.WaitAsync(stop);
            await kept.Program.DisposeAsync(); // its log is written on by the next
            lock (_gate) _kept.Remove(kept);
        }
    }

    /// <summary>Asks all programs to stop, the last one first, and waits for their ends.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var kept in Enumerable.Reverse(_kept))
        {
            await kept.Keeping;
            await kept.Program.DisposeAsync();
        }

        _stop.Dispose();
    }

    private async Task Keep(Kept kept)
    {
        try
        {
            for (var quickEnds = 0; await EndOf(kept) is var (code, isQuick) && !kept.IsLetGo;)
            {
                quickEnds = isQuick ? quickEnds + 1 : 1;
                var pause = TimeSpan.FromSeconds(Math.Min(Math.Pow(2, quickEnds - 1), s_longestPause.TotalSeconds));
                await kept.Program.DisposeAsync(); // its log is written on by the next
                tell($"{kept.Name} ended with exit code {code} and is started again in {pause.TotalSeconds:0} s; its log: {kept.Program.LogFile}");
                if (code is ExitCode.Usage or ChildLauncher.CannotExecute || quickEnds >= MostQuickEnds)
                    _failed.TrySetResult(new ProgramEnd(kept.Name, code, kept.Program.Tail));
                await Task.Delay(pause, time, _stop.Token);
                if (kept.IsLetGo) return;
                kept.Began = time.GetTimestamp();
                kept.Program = await kept.Start();
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The run is over.
        }
        catch (IOException failure)
        {
            _failed.TrySetResult(new ProgramEnd(kept.Name, null, [failure.Message]));
        }
    }

    private async Task<(int? Code, bool IsQuick)> EndOf(Kept kept)
    {
        await kept.Program.Exited.WaitAsync(_stop.Token);
        return (kept.Program.ExitCode, time.GetElapsedTime(kept.Began) < s_quick);
    }

    private sealed class Kept(string name, Func<Task<ChildProgram>> start, long began, ChildProgram program)
    {
        private volatile bool _isLetGo;

        public string Name { get; } = name;
        public Func<Task<ChildProgram>> Start { get; } = start;
        public long Began { get; set; } = began;
        public ChildProgram Program { get; set; } = program;
        public Task Keeping { get; set; } = Task.CompletedTask;

        public bool IsLetGo
        {
            get => _isLetGo;
            set => _isLetGo = value;
        }
    }
}
