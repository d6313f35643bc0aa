using Sidecars.NodeDriverRegistrar.Registration;
using Sidecars.NodeDriverRegistrar.Tests.Program;
using Sidecars.Tests.Support;

namespace Sidecars.NodeDriverRegistrar.Tests.Foreign;

/// <summary>
/// The published program and gRPC for Go, which the kubelet is built on (Debian's golang-google-grpc-dev). The client is built with the tests;
/// without it these tests fail.
/// </summary>
internal sealed class GoClientTests
{
    [TestCase(null, Description = "what its library makes of the bare path")]
    [TestCase("%2Fvar%2Flib%2Fkubelet%2Fplugins_registry%2Fd.example.com-reg.sock", Description = "what today's release of its library makes of it")]
    [TestCase("localhost")]
    public async Task It_asks_and_tells_on_one_connection_and_closes_it(string? authority)
    {
        await using var rig = await ProcessRig.PrepareWithDriverAsync();
        var program = await rig.StartServing("-v=4");
        var info = PluginInfo.Parser.ParseFrom(Convert.FromHexString(await Call(rig.Path, rounds: 1, authority)));
        Assert.That(info, Is.EqualTo(new PluginInfo { Type = "CSIPlugin", Name = ProcessRig.Driver, Endpoint = ProcessRig.Endpoint, SupportedVersions = { "1.0.0" } }));
        await program.WaitForErrorLine(line => line.Contains("has registered the driver", StringComparison.Ordinal));
    }

    [Test]
    public async Task Thousands_of_its_visits_leave_nothing_behind()
    {
        await using var rig = await ProcessRig.PrepareWithDriverAsync();
        var program = await rig.StartServing();
        await ProcessFacts.LeaveNothingBehind(program.Id, mostKilobytes: 160, () => Call(rig.Path, rounds: 1500));
    }

    private static async Task<string> Call(string path, int rounds, string? authority = null)
    {
        await using var client = PublishedProgram.StartFile(PublishedProgram.ToolOf("go-kubelet"), [path, $"{rounds}", .. authority is null ? [] : (string[])[authority]]);
        var code = await client.WaitForExit();
        Assert.That(code, Is.Zero, () => string.Join('\n', client.ErrorLines));
        return client.OutputLines[0];
    }
}
