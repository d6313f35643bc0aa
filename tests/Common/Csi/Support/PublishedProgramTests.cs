using Sidecars.Tests.Support;

namespace Sidecars.Csi.Tests.Support;

/// <summary>Run with a shell in place of a program of ours.</summary>
public sealed class PublishedProgramTests
{
    private const string Shell = "/bin/sh";

    [Test]
    public async Task Output_and_exit_code_are_captured()
    {
        await using var program = Run("echo out; echo \"$GREETING\" >&2; exit 7", new Dictionary<string, string> { ["GREETING"] = "err" });
        Assert.That(await program.WaitForExit(), Is.EqualTo(7));
        await program.Exited.WithinLimit();
        Assert.That((program.OutputLines, program.ErrorLines, program.ExitCode), Is.EqualTo((new[] { "out" }, new[] { "err" }, (int?)7)).UsingPropertiesComparer());
    }

    [Test]
    public async Task A_line_can_be_waited_for_while_the_program_runs()
    {
        await using var program = Run("echo ready >&2; exec cat /dev/zero >/dev/null");
        Assert.That(await program.WaitForErrorLine(l => l.StartsWith("rea", StringComparison.Ordinal)), Is.EqualTo("ready"));
        Assert.That(program.ExitCode, Is.Null);
    }

    [Test]
    public async Task A_line_that_never_came_fails_with_what_came()
    {
        await using var program = Run("echo something else >&2");
        var failure = (await Assert.ThrowsAsync<EndOfStreamException>(() => program.WaitForErrorLine(l => l == "ready")))!;
        Assert.That(failure.Message, Does.Contain("something else"));
    }

    [Test]
    public async Task A_line_asked_for_after_the_end_fails_with_what_came()
    {
        await using var program = Run("echo something else >&2");
        await program.WaitForExit();
        var failure = (await Assert.ThrowsAsync<EndOfStreamException>(() => program.WaitForErrorLine(l => l == "ready")))!;
        Assert.That(failure.Message, Does.Contain("something else"));
    }

    [Test]
    public async Task It_can_be_asked_to_end()
    {
        await using var program = Run("trap 'exit 3' TERM; trap 'exit 4' INT; echo ready >&2; while :; do :; done");
        await program.WaitForErrorLine(l => l == "ready");
        program.Terminate();
        Assert.That(await program.WaitForExit(), Is.EqualTo(3));
    }

    [Test]
    public async Task It_can_be_interrupted_and_killed()
    {
        await using var interrupted = Run("trap 'exit 4' INT; echo ready >&2; while :; do :; done");
        await interrupted.WaitForErrorLine(l => l == "ready");
        interrupted.Interrupt();
        Assert.That(await interrupted.WaitForExit(), Is.EqualTo(4));

        await using var killed = Run("trap '' TERM; echo ready >&2; while :; do :; done");
        await killed.WaitForErrorLine(l => l == "ready");
        killed.Kill();
        Assert.That(await killed.WaitForExit(), Is.EqualTo(128 + 9));
    }

    [Test]
    public async Task Disposal_leaves_nothing_running()
    {
        var program = Run("trap '' TERM; echo ready >&2; while :; do :; done");
        await program.WaitForErrorLine(l => l == "ready");
        var id = program.Id;
        await program.DisposeAsync();
        Assert.That(Directory.Exists($"/proc/{id}"), Is.False);
    }

    [Test]
    public void A_program_that_is_not_published_is_named()
    {
        var failure = Assert.Throws<FileNotFoundException>(() => PublishedProgram.Start("no-such-program", []))!;
        Assert.That(failure.Message, Does.Contain("artifacts/native/no-such-program"));
        Assert.That(PublishedProgram.Exists("no-such-program"), Is.False);
    }

    private static PublishedProgram Run(string script, IReadOnlyDictionary<string, string>? environment = null) =>
        PublishedProgram.StartFile(Shell, ["-c", script], environment);
}
