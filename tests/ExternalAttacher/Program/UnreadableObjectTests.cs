using Sidecars.Tests.Support;

namespace Sidecars.ExternalAttacher.Tests.Program;

/// <summary>One object of the API server that the published program cannot read.</summary>
internal sealed class UnreadableObjectTests : ReachingTest
{
    [Test]
    public async Task One_volume_that_cannot_be_read_is_told_and_counted_and_holds_up_no_other()
    {
        using var certificate = Authority.Server("127.0.0.1");
        await using var front = Front(certificate);
        Rig.Configure(front.Url, Trusting(Authority.Pem));
        var port = FreePort.Next();
        front.Alter("\"handle-odd\"", "[\"handle-o\"]"); // a list where everybody expects a text, as an API of the future may have one
        World.Add(new TestVolume("odd"));
        World.Add(new TestAttachment("of-odd").Of("odd"));
        var program = Rig.Start(Variables(""), $"--http-endpoint=127.0.0.1:{port}", "--retry-interval-start=20ms", "--retry-interval-max=200ms", "-v=2");
        await Attaches(); // one that comes by the watch
        var line = await program.WaitForErrorLine(l => l.Contains("An object cannot be read", StringComparison.Ordinal));
        Assert.That(line, Does.StartWith("E").And.Contains("persistentvolumes").And.Contains("odd").And.Not.Contains("handle-o"));

        World.Patch(World.Volumes, "odd", """{"metadata":{"labels":{"changed":"once"}}}""");
        World.Patch(World.Volumes, "odd", """{"metadata":{"labels":{"changed":"twice"}}}""");
        await Attaches();
        using var http = new HttpClient();
        Assert.That(await http.GetStringAsync(new Uri($"http://127.0.0.1:{port}/metrics")).WithinLimit(),
            Does.Contain("\ncsi_sidecar_unreadable_objects_total{resource=\"persistentvolumes\"} 3\n"), "each of its states");
        Assert.That(program.ErrorLines.Count(l => l.Contains("An object cannot be read", StringComparison.Ordinal)), Is.EqualTo(1), "told once");
        Assert.That(Rig.Driver.Calls.Of("ControllerPublishVolume").Select(c => World.Text(c.Request, "volume_id")), Is.EquivalentTo(new[] { "handle-v1", "handle-v2" }));

        front.StopAltering();
        World.Patch(World.Volumes, "odd", """{"metadata":{"labels":{"changed":"again"}}}""");
        await World.UntilAttached("of-odd");
        await program.WaitForErrorLine(l => l.Contains("An object can be read again", StringComparison.Ordinal));
    }
}
