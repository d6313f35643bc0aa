using System.Collections.Concurrent;

namespace Sidecars.Playground;

/// <summary>
/// The one thread that starts child processes. Linux sends the parent-death signal when the starting <em>thread</em> ends, not the
/// process; a thread of the pool may end at any time, this one ends with the program.
/// </summary>
internal static class StarterThread
{
    private static readonly BlockingCollection<Action> Work = Start();

    public static Task<T> Run<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Work.Add(() =>
        {
            try
            {
                done.SetResult(work());
            }
#pragma warning disable CA1031 // Handed to whoever awaits the work.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                done.SetException(failure);
            }
        });
        return done.Task;
    }

    private static BlockingCollection<Action> Start()
    {
        var work = new BlockingCollection<Action>();
        new Thread(() =>
        {
            foreach (var action in work.GetConsumingEnumerable()) action();
        })
        { IsBackground = true, Name = "process starter" }.Start();
        return work;
    }
}
