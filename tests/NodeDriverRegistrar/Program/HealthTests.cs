using System.Net;
using Sidecars.Tests.Support;

namespace Sidecars.NodeDriverRegistrar.Tests.Program;

/// <summary>The HTTP server of the published program (registrar contract 6).</summary>
internal sealed class HealthTests
{
    private readonly int _port = FreePort.Next();
    private readonly HttpClient _http = new();
    private ProcessRig _rig = null!;

    [SetUp]
    public async Task Begin()
    {
        _rig = await ProcessRig.PrepareWithDriverAsync();
        _http.BaseAddress = new Uri($"http://127.0.0.1:{_port}");
    }

    [TearDown]
    public async Task End()
    {
        _http.Dispose();
        await _rig.DisposeAsync();
    }

    [Test]
    public async Task It_says_ok_and_serves_nothing_else()
    {
        await _rig.StartServing($"--http-endpoint=127.0.0.1:{_port}", "--enable-pprof");
        Assert.That(await Ask("/healthz"), Is.EqualTo((HttpStatusCode.OK, "ok")));
        using var post = await _http.PostAsync("/healthz", null).WithinLimit();
        Assert.That(post.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(post.Content.Headers.ContentType?.MediaType, Is.EqualTo("text/plain"));
        foreach (var path in (string[])["/", "/metrics", "/healthz/", "/debug/pprof/", "/debug/pprof/profile"])
            Assert.That((await Ask(path)).Status, Is.EqualTo(HttpStatusCode.NotFound), path);
        Assert.That(_rig.Csi.Calls.Of("GetPluginInfo"), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Without_the_flag_there_are_no_profiles_either()
    {
        await _rig.StartServing($"--http-endpoint=127.0.0.1:{_port}");
        Assert.That((await Ask("/debug/pprof/")).Status, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task A_thousand_checks_at_once_are_all_answered()
    {
        await _rig.StartServing($"--http-endpoint=127.0.0.1:{_port}");
        var answers = await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => Ask("/healthz"))).WithinLimit();
        Assert.That(answers, Is.All.EqualTo((HttpStatusCode.OK, "ok")));
    }

    [Test]
    public async Task The_old_flag_serves_the_same()
    {
        await _rig.StartServing($"--health-port={_port}");
        Assert.That(await Ask("/healthz"), Is.EqualTo((HttpStatusCode.OK, "ok")));
    }

    [Test]
    public async Task A_registrar_of_the_same_driver_on_the_path_is_as_good_as_we_are()
    {
        await _rig.StartServing($"--http-endpoint=127.0.0.1:{_port}");
        var second = await _rig.StartServing();
        Assert.That(await Ask("/healthz"), Is.EqualTo((HttpStatusCode.OK, "ok")));
        second.Kill();
        await second.WaitForExit();
        var (status, text) = await Ask("/healthz");
        Assert.That(status, Is.EqualTo(HttpStatusCode.InternalServerError));
        Assert.That(text, Does.StartWith($"error connecting to node-registrar socket {_rig.Path}: connection refused"));
    }

    [Test]
    public async Task A_limit_beyond_what_timers_can_wait_for_is_none()
    {
        await _rig.StartServing($"--http-endpoint=127.0.0.1:{_port}", "--timeout=8760h");
        Assert.That(await Ask("/healthz"), Is.EqualTo((HttpStatusCode.OK, "ok")));
    }

    [Test]
    public async Task A_removed_socket_is_404_and_a_file_in_its_place_500()
    {
        await _rig.StartServing($"--http-endpoint=127.0.0.1:{_port}");
        File.Delete(_rig.Path);
        Assert.That(await Ask("/healthz"), Is.EqualTo((HttpStatusCode.NotFound, "registration socket does not exist")));
        await File.WriteAllTextAsync(_rig.Path, "");
        var (status, text) = await Ask("/healthz");
        Assert.That(status, Is.EqualTo(HttpStatusCode.InternalServerError));
        Assert.That(text, Does.Contain("it's not a socket"));
    }

    private async Task<(HttpStatusCode Status, string Text)> Ask(string path)
    {
        using var answer = await _http.GetAsync(path).WithinLimit();
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync().WithinLimit());
    }
}
