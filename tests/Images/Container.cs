using System.Text.Json.Nodes;
using Sidecars.Tests.Support;

namespace Sidecars.Images.Tests;

/// <summary>A running container; its program's output is the runtime's. It is gone when the test is over.</summary>
internal sealed class Container(PublishedProgram run, string runtime, string state, string name) : IAsyncDisposable
{
    /// <summary>The runtime, which passes on what its program writes and ends with its exit code.</summary>
    public PublishedProgram Run => run;

    /// <summary>Fields of the kernel's status of its program.</summary>
    public async Task<IReadOnlyDictionary<string, string>> Status()
    {
        var said = JsonNode.Parse(await Shipped.Run(runtime, "--root", state, "state", name))!;
        var lines = await File.ReadAllLinesAsync($"/proc/{said["pid"]}/status");
        return lines.Select(l => l.Split(':', 2)).ToDictionary(l => l[0], l => l[1].Trim());
    }

    public async ValueTask DisposeAsync()
    {
        if (!run.HasExited) await Shipped.Run(runtime, "--root", state, "kill", name, "KILL");
        await run.WaitForExit();
        await run.DisposeAsync();
    }
}
