using Sidecars.Tests.Support;

namespace Sidecars.Playground.Tests.Processes;

/// <summary>Programs that end, and what becomes of them; the programs are shells.</summary>
internal sealed class ProgramKeeperTests
{
    private readonly List<string> _told = [];

    private ObservedTime _time = null!;
    private TemporaryDirectory _directory = null!;
    private ProgramKeeper _keeper = null!;

    [SetUp]
    public void MakeKeeper()
    {
        _time = new ObservedTime();
        _directory = new TemporaryDirectory();
        _told.Clear();
        _keeper = new ProgramKeeper(_told.Add, _time);
    }

    [TearDown]
    public async Task RemoveKeeper()
    {
        await _keeper.DisposeAsync(); // each program has five seconds to stop
        _directory.Dispose();
    }

    [Test]
    public async Task A_program_that_ends_at_the_very_start_is_told_of_and_started_again()
    {
        // Fails the first time, as a registrar whose driver did not answer in time.
        var marker = _directory.File("was-here");
        var stays = await StartShell("registrar", $"if [ -e {marker} ]; then echo stays; exec sleep 600; fi; touch {marker}; echo no answer; exit 1", "stays");
        await _time.Pass(TimeSpan.FromSeconds(1));
        await stays.WithinLimit();
        Assert.Multiple(() =>
        {
            Assert.That(_told, Is.EqualTo((string[])[$"registrar ended with exit code 1 and is started again in 1 s; its log: {LogOf("registrar")}"]));
            Assert.That(_keeper.Failed.IsCompleted, Is.False);
        });
    }

    [Test]
    public async Task A_program_that_ends_again_and_again_is_given_more_time_and_has_failed_with_the_end_of_its_log()
    {
        await StartShell("crashing", "echo cannot go on; exit 1");
        await _time.Pass(TimeSpan.FromSeconds(1));
        await _time.Pass(TimeSpan.FromSeconds(2));
        await _time.TimerSet(pause => pause == TimeSpan.FromSeconds(4));
        Assert.That(_keeper.Failed.IsCompleted, Is.False);
        _time.Advance(TimeSpan.FromSeconds(4));
        var failed = await _keeper.Failed.WithinLimit();
        Assert.Multiple(() =>
        {
            Assert.That((failed.Name, failed.ExitCode), Is.EqualTo(("crashing", (int?)1)));
            Assert.That(failed.Tail, Has.Some.Contains("cannot go on"));
        });
        await _time.Pass(TimeSpan.FromSeconds(8));
    }

    [Test]
    public async Task A_program_that_ran_for_a_while_before_it_ended_is_not_counted_among_those_that_will_not_run()
    {
        using var runs = new SemaphoreSlim(0);
        var script = $"echo up; read line < {Pipe("go")}; exit 1";
        await _keeper.Start("lost", () => ChildProgram.Start("lost", "/bin/sh", ["-c", script], LogOf("lost"), _ => runs.Release())).WithinLimit();
        for (var end = 0; end < 5; end++)
        {
            await runs.WaitAsync().WithinLimit();
            _time.Advance(TimeSpan.FromMinutes(1));
            await File.WriteAllTextAsync(_directory.File("go"), "go\n").WithinLimit();
            await _time.Pass(TimeSpan.FromSeconds(1));
        }

        Assert.That(_keeper.Failed.IsCompleted, Is.False);
    }

    [Test]
    public async Task A_command_line_that_cannot_be_read_fails_at_once()
    {
        await StartShell("misread", "echo unknown flag: --nonsense >&2; exit 2");
        var failed = await _keeper.Failed.WithinLimit();
        Assert.That(failed.Tail, Has.Some.Contains("--nonsense"));
    }

    [Test]
    public async Task What_is_killed_on_purpose_is_not_started_again()
    {
        await StartShell("driver", "exec sleep 600");
        await _keeper.Kill("driver", [], CancellationToken.None).WithinLimit();
        await (await StartShell("driver", "echo again; exec sleep 600", "again")).WithinLimit();
        Assert.That(_told, Is.Empty);
    }

    /// <summary>Starts a shell; the task it gives completes when it writes the words.</summary>
    private async Task<Task> StartShell(string name, string script, string words = "")
    {
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await _keeper.Start(name, () => ChildProgram.Start(name, "/bin/sh", ["-c", script], LogOf(name), OnLine)).WithinLimit();
        return written.Task;

        void OnLine(string line)
        {
            if (line == words) written.TrySetResult();
        }
    }

    private string Pipe(string name)
    {
        using var made = System.Diagnostics.Process.Start("mkfifo", _directory.File(name));
        made.WaitForExit();
        return _directory.File(name);
    }

    private string LogOf(string name) => _directory.File($"{name}.log");
}
