using Sidecars.Kubernetes.Control;
using Sidecars.Tests.Support;

namespace Sidecars.Kubernetes.Tests.Control;

public sealed class RunningTasksTests
{
    private static readonly TaskCompletionSource s_never = new();

    [Test]
    public void The_failure_of_one_stops_the_others_and_comes_out()
    {
        var tasks = new RunningTasks(CancellationToken.None);
        tasks.Add(stop => s_never.Task.WaitAsync(stop));
        tasks.Add(_ => Task.FromException(new InvalidOperationException("boom")));
        Assert.That(async () => await tasks.All().WithinLimit(), Throws.InvalidOperationException.With.Message.EqualTo("boom"));
    }

    [Test]
    public async Task Being_asked_to_stop_is_no_failure()
    {
        using var stop = new CancellationTokenSource();
        var tasks = new RunningTasks(stop.Token);
        tasks.Add(token => s_never.Task.WaitAsync(token));
        var reached = tasks.Reached(s_never.Task);
        await stop.CancelAsync();
        Assert.That(await reached.WithinLimit(), Is.False);
    }

    [Test]
    public async Task A_task_that_ends_by_itself_leaves_the_others_alone()
    {
        using var stop = new CancellationTokenSource();
        var tasks = new RunningTasks(stop.Token);
        tasks.Add(_ => Task.CompletedTask);
        tasks.Add(token => s_never.Task.WaitAsync(token));
        Assert.That(await tasks.Reached(Task.CompletedTask).WithinLimit(), Is.True);
        var all = tasks.All();
        Assert.That(all.IsCompleted, Is.False);
        await stop.CancelAsync();
        await all.WithinLimit();
    }
}
