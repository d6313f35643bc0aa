using Sidecars.Hosting.Http;
using Sidecars.Tests.Support;

namespace Sidecars.Hosting.Tests.Http;

internal sealed class SharedCheckTests
{
    private readonly List<Run> _runs = [];
    private readonly SemaphoreSlim _begun = new(0);
    private SharedCheck<int> _check = null!;

    /// <summary>A check under way. One that was abandoned goes on until it is let go, as a check that has to clean up does.</summary>
    private sealed record Run(TaskCompletionSource<int> Result, CancellationToken Abandoned);

    [SetUp]
    public void Make() => _check = new SharedCheck<int>(async abandoned =>
    {
        var run = new Run(new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously), abandoned);
        lock (_runs) _runs.Add(run);
        _begun.Release();
        return await run.Result.Task;
    });

    [TearDown]
    public void Release() => _begun.Dispose();

    [Test]
    public async Task Everybody_who_asks_while_a_check_runs_gets_its_outcome()
    {
        var asked = Enumerable.Range(0, 50).Select(_ => _check.Ask(CancellationToken.None)).ToArray();
        await _begun.WaitAsync(TestTimeouts.Limit);
        _runs[0].Result.SetResult(7);
        Assert.That(await Task.WhenAll(asked).WithinLimit(), Is.All.EqualTo(7));
        Assert.That(_runs, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Who_asks_after_the_outcome_gets_a_check_of_his_own()
    {
        for (var i = 0; i < 3; i++)
        {
            var asked = _check.Ask(CancellationToken.None);
            await _begun.WaitAsync(TestTimeouts.Limit);
            _runs[i].Result.SetResult(i);
            Assert.That(await asked.WithinLimit(), Is.EqualTo(i));
        }
        Assert.That(_runs, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task One_who_leaves_does_not_break_the_check_of_the_others()
    {
        using var leaving = new CancellationTokenSource();
        var (first, second) = (_check.Ask(leaving.Token), _check.Ask(CancellationToken.None));
        await _begun.WaitAsync(TestTimeouts.Limit);
        await leaving.CancelAsync();
        Assert.That(async () => await first.WithinLimit(), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(_runs[0].Abandoned.IsCancellationRequested, Is.False);
        _runs[0].Result.SetResult(1);
        Assert.That(await second.WithinLimit(), Is.EqualTo(1));
    }

    [Test]
    public async Task A_check_that_nobody_waits_for_is_broken_off_and_the_next_begins_only_when_it_is_over()
    {
        using var leaving = new CancellationTokenSource();
        var first = _check.Ask(leaving.Token);
        await _begun.WaitAsync(TestTimeouts.Limit);
        var abandoned = new TaskCompletionSource();
        await using var registration = _runs[0].Abandoned.Register(abandoned.SetResult);
        await leaving.CancelAsync();
        await abandoned.Task.WithinLimit();

        var second = _check.Ask(CancellationToken.None);
        Assert.That(await _begun.WaitAsync(TimeSpan.FromMilliseconds(50)), Is.False, "the first one is not over yet");
        _runs[0].Result.SetResult(1);
        Assert.That(async () => await first.WithinLimit(), Throws.InstanceOf<OperationCanceledException>());
        await _begun.WaitAsync(TestTimeouts.Limit);
        _runs[1].Result.SetResult(2);
        Assert.That(await second.WithinLimit(), Is.EqualTo(2));
    }

    [Test]
    public async Task A_check_that_throws_fails_for_those_who_asked_and_for_nobody_else()
    {
        var first = _check.Ask(CancellationToken.None);
        await _begun.WaitAsync(TestTimeouts.Limit);
        _runs[0].Result.SetException(new InvalidOperationException("boom"));
        Assert.That(async () => await first.WithinLimit(), Throws.InvalidOperationException);
        var second = _check.Ask(CancellationToken.None);
        await _begun.WaitAsync(TestTimeouts.Limit);
        _runs[1].Result.SetResult(1);
        Assert.That(await second.WithinLimit(), Is.EqualTo(1));
    }
}
