using Sidecars.NodeDriverRegistrar.Registration;
using Sidecars.Tests.Support;

namespace Sidecars.NodeDriverRegistrar.Tests.Foreign;

/// <summary>
/// A client of another make, Debian's python3-grpcio with the C core of gRPC, with the authority the kubelet sends. Without that package
/// these tests fail: nothing else proves that a kubelet would be answered.
/// </summary>
internal sealed class ForeignClientTests
{
    private const string Python = "/usr/bin/python3";
    private const string KubeletsAuthority = "%2Fvar%2Flib%2Fkubelet%2Fplugins_registry%2Fx-reg.sock";

    private readonly ServerRig _rig = new();

    [TearDown]
    public async Task End() => await _rig.DisposeAsync();

    [TestCase(KubeletsAuthority)]
    [TestCase("localhost")]
    [TestCase("/var/lib/kubelet/plugins_registry/x-reg.sock")]
    public async Task It_asks_and_tells_on_one_connection(string authority)
    {
        var lines = await Call(authority, "info", "registered", "info");
        Assert.That(lines, Has.Count.EqualTo(3));
        var info = PluginInfo.Parser.ParseFrom(Convert.FromHexString(lines[0].Split(' ')[1]));
        Assert.That(info, Is.EqualTo(new PluginInfo
        {
            Type = "CSIPlugin", Name = ServerRig.Driver, Endpoint = ServerRig.Endpoint, SupportedVersions = { "1.0.0" },
        }));
        Assert.That(lines[1], Is.EqualTo("answer "));
        Assert.That(lines[2], Is.EqualTo(lines[0]));
        Assert.That(_rig.Service.Questions, Is.EqualTo(2));
        Assert.That(_rig.Service.Refused.IsCompleted, Is.False);
    }

    [Test]
    public async Task It_is_answered_when_it_says_that_the_registration_failed()
    {
        Assert.That(await Call(KubeletsAuthority, "refused:boom"), Is.EqualTo((string[])["answer "]));
        await _rig.Service.Refused.WithinLimit();
        Assert.That(_rig.Log.Lines, Has.Some.Contains("boom"));
    }

    private async Task<IReadOnlyList<string>> Call(string authority, params string[] calls)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "Foreign", "kubelet.py");
        await using var python = PublishedProgram.StartFile(Python, [script, _rig.Path, authority, .. calls]);
        var code = await python.WaitForExit();
        Assert.That(code, Is.Zero, () => $"{Python} with python3-grpcio ended with {code}: {string.Join('\n', python.ErrorLines)}");
        return [.. python.OutputLines];
    }
}
