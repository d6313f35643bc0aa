namespace Sidecars.Tests.Support.Controllers;

/// <summary>What a published program does with a command line that does not get as far as a cluster.</summary>
public static class CommandLines
{
    /// <summary>It ends with the code, says why on standard error, and says nothing on standard output.</summary>
    public static async Task Refuses(string program, string arguments, int code, string reason)
    {
        await using var running = PublishedProgram.Start(program, arguments.Split(' '));
        Assert.That(await running.WaitForExit(), Is.EqualTo(code));
        Assert.That(string.Join('\n', running.ErrorLines), Does.Contain(reason));
        Assert.That(running.OutputLines.Where(l => l.Length > 0), Is.Empty);
    }

    /// <summary>It ends with the code.</summary>
    public static async Task EndsWith(string program, string arguments, int code)
    {
        await using var running = PublishedProgram.Start(program, arguments.Split(' '));
        Assert.That(await running.WaitForExit(), Is.EqualTo(code));
    }

    /// <summary>It tells its name and version on standard output.</summary>
    public static async Task TellsItsVersion(string program)
    {
        await using var running = PublishedProgram.Start(program, ["--version"]);
        await running.WaitForExit();
        Assert.That(running.OutputLines[0], Does.Match($@"{program} \d+\.\d+\.\d+(\+[0-9a-f]{{12}})?$"));
    }
}
