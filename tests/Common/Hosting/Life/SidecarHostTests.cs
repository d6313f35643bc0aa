using System.Runtime.InteropServices;
using System.Text;
using Sidecars.Hosting.Logging;

namespace Sidecars.Hosting.Tests.Life;

[TestFixture, FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class SidecarHostTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly TaskCompletionSource<ProcessLife> _running = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly FakeSignals _signals = new();
    private readonly MemoryStream _log = new();
    private string _terminationMessage = null!;

    private string Log => Encoding.UTF8.GetString(_log.ToArray());

    [SetUp]
    public void ChooseFile() => _terminationMessage = Path.Combine(Directory.CreateTempSubdirectory("life").FullName, "termination-log");

    public void Dispose()
    {
        Directory.Delete(Path.GetDirectoryName(_terminationMessage)!, recursive: true);
        _signals.Dispose();
        _log.Dispose();
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(255)]
    public async Task The_code_of_the_main_function_is_the_exit_code(int code)
    {
        Assert.That(await Run(_ => Task.FromResult(code)), Is.EqualTo(code));
        Assert.That(_signals.Disposed, Is.True);
    }

    [TestCase(PosixSignal.SIGTERM, 143)]
    [TestCase(PosixSignal.SIGINT, 130)]
    public async Task Without_the_gate_a_signal_ends_promptly_while_work_still_runs(PosixSignal signal, int code)
    {
        var never = new TaskCompletionSource<int>();
        var ended = Run(life => Started(life, never.Task));
        var life = await _running.Task.WaitAsync(Limit);
        _signals.Send(signal);
        Assert.That(await ended, Is.EqualTo(code));
        Assert.That(life.Stopping.IsCancellationRequested, Is.True);
    }

    [Test]
    public async Task Without_the_gate_the_code_is_the_signals_even_when_the_work_stops_at_once()
    {
        var ended = Run(async life =>
        {
            await Started(life, Task.FromResult(0));
            await Cancelled(life);
            return 0;
        });
        await _running.Task.WaitAsync(Limit);
        _signals.Send(PosixSignal.SIGTERM);
        Assert.That(await ended, Is.EqualTo(143));
    }

    [Test]
    public async Task A_main_function_that_blocks_its_thread_cannot_keep_the_process()
    {
        using var gate = new ManualResetEventSlim();
        var ended = Run(life =>
        {
            _running.SetResult(life);
            gate.Wait();
            return Task.FromResult(0);
        });
        await _running.Task.WaitAsync(Limit);
        _signals.Send(PosixSignal.SIGTERM);
        Assert.That(await ended, Is.EqualTo(143));
        gate.Set();
    }

    [Test]
    public async Task With_the_gate_the_work_drains_and_decides_the_code()
    {
        var drained = new TaskCompletionSource();
        var ended = Run(async life =>
        {
            life.DrainOnSignal = true;
            await Started(life, Task.FromResult(0));
            await Cancelled(life);
            await drained.Task;
            return 0;
        });
        await _running.Task.WaitAsync(Limit);
        _signals.Send(PosixSignal.SIGTERM);
        Assert.That(ended.IsCompleted, Is.False);
        drained.SetResult();
        Assert.That(await ended, Is.Zero);
    }

    [Test]
    public async Task With_the_gate_a_drain_that_ends_in_cancellation_is_clean()
    {
        var ended = Run(async life =>
        {
            life.DrainOnSignal = true;
            await Started(life, Task.FromResult(0));
            await new TaskCompletionSource().Task.WaitAsync(life.Stopping);
            return 7;
        });
        await _running.Task.WaitAsync(Limit);
        _signals.Send(PosixSignal.SIGINT);
        Assert.That(await ended, Is.Zero);
    }

    [Test]
    public async Task With_the_gate_a_second_signal_ends_at_once_with_1()
    {
        var never = new TaskCompletionSource<int>();
        var ended = Run(life =>
        {
            life.DrainOnSignal = true;
            return Started(life, never.Task);
        });
        await _running.Task.WaitAsync(Limit);
        _signals.Send(PosixSignal.SIGTERM);
        _signals.Send(PosixSignal.SIGTERM);
        Assert.That(await ended, Is.EqualTo(1));
    }

    [Test]
    public async Task The_first_failure_wins_is_logged_and_leaves_its_message()
    {
        var failedTwice = new TaskCompletionSource();
        var code = await Run(async life =>
        {
            life.Fail(ExitCode.Failure, "Lost connection to CSI driver, exiting", asTerminationMessage: true);
            life.Fail(ExitCode.Fatal, "another cause", asTerminationMessage: true);
            failedTwice.SetResult();
            await Cancelled(life);
            return 0;
        });
        await failedTwice.Task.WaitAsync(Limit); // the first ends the process, whatever the work goes on to say
        Assert.That(code, Is.EqualTo(1));
        Assert.That(File.ReadAllText(_terminationMessage), Is.EqualTo("Lost connection to CSI driver, exiting"));
        Assert.That(Log, Does.Contain("reason=\"Lost connection to CSI driver, exiting\" exitCode=1").And.Contain("another cause"));
    }

    [Test]
    public async Task A_longer_earlier_message_is_overwritten()
    {
        File.WriteAllText(_terminationMessage, new string('x', 1000));
        await Run(life =>
        {
            life.Fail(1, "short", asTerminationMessage: true);
            return Task.FromResult(0);
        });
        Assert.That(File.ReadAllText(_terminationMessage), Is.EqualTo("short"));
    }

    [Test]
    public async Task Without_being_asked_no_message_is_left()
    {
        Assert.That(await Run(life =>
        {
            life.Fail(255, "fatal");
            return Task.FromResult(0);
        }), Is.EqualTo(255));
        Assert.That(File.Exists(_terminationMessage), Is.False);
        Assert.That(Log, Does.StartWith("F"));
    }

    [Test]
    public async Task A_message_that_cannot_be_written_is_logged_and_changes_nothing()
    {
        Directory.CreateDirectory(_terminationMessage);
        Assert.That(await Run(life =>
        {
            life.Fail(1, "lost", asTerminationMessage: true);
            return Task.FromResult(0);
        }), Is.EqualTo(1));
        Assert.That(Log, Does.Contain("Could not write the termination message").And.Contain(_terminationMessage));
    }

    [Test]
    public async Task An_unhandled_exception_is_logged_with_its_stack_and_is_exit_code_2()
    {
        Assert.That(await Run(_ => throw new InvalidOperationException("a bug")), Is.EqualTo(2));
        Assert.That(Log, Does.Contain("err=\"a bug\"").And.Contain("stack=<").And.Contain("SidecarHostTests"));
    }

    [Test]
    public async Task A_cancellation_nobody_asked_for_is_a_bug_like_any_other() =>
        Assert.That(await Run(_ => throw new OperationCanceledException("own timeout")), Is.EqualTo(2));

    [Test]
    public async Task The_frame_itself_logs_nothing()
    {
        await Run(_ => Task.FromResult(0));
        Assert.That(Log, Is.Empty);
    }

    private async Task<int> Run(Func<ProcessLife, Task<int>> main) => await SidecarHost.RunAsync(new SidecarHostOptions
    {
        Logging = KlogOptions.Default with { Verbosity = 4 },
        LogOutput = _log,
        Signals = _signals,
        TerminationMessagePath = _terminationMessage,
    }, main).WaitAsync(Limit);

    private Task<int> Started(ProcessLife life, Task<int> until)
    {
        _running.SetResult(life);
        return until;
    }

    private static async Task Cancelled(ProcessLife life)
    {
        var cancelled = new TaskCompletionSource();
        await using var registration = life.Stopping.Register(cancelled.SetResult);
        await cancelled.Task;
    }
}
