using Sidecars.Kubernetes.Http;
using Sidecars.Tests.Support;

namespace Sidecars.Kubernetes.Tests.Http;

/// <summary>In which version a kind is served: asked once, kept while it holds, and asked again where it may have changed.</summary>
public sealed class ServedKindTests
{
    private const string Serves = """{"resources":[{"name":"widgets","kind":"Widget"},{"name":"widgets/status","kind":"Widget"}]}""";
    private const string ServesOthers = """{"resources":[{"name":"gadgets","kind":"Gadget"}]}""";

    private readonly ObservedTime _time = new();
    private ScriptedApi _api = null!;
    private ApiClient _client = null!;
    private ServedKind _kind = null!;

    [SetUp]
    public async Task Start()
    {
        _api = await ScriptedApi.Start();
        _client = _api.Client(_time);
        _kind = new ServedKind(_client, "example.com", ["v1", "v1beta1"], "Widget", _time);
    }

    [TearDown]
    public async Task Stop()
    {
        _client.Dispose();
        await _api.DisposeAsync();
    }

    [Test]
    public async Task The_best_version_is_asked_for_first_and_kept()
    {
        var (one, other) = (Ask(), Ask());
        var request = await _api.Request();
        Assert.That(request.Target, Is.EqualTo("/apis/example.com/v1"));
        await request.Reply(200, Serves);
        Assert.That((await one).Version, Is.EqualTo("v1"));
        Assert.That((await other).Version, Is.EqualTo("v1"));
        _time.Advance(TimeSpan.FromDays(1));
        Assert.That((await Ask()).Version, Is.EqualTo("v1"));
        Assert.That(_api.Waiting, Is.Zero);
    }

    [TestCase(200)]
    [TestCase(404)]
    public async Task The_next_version_is_asked_for_where_the_first_does_not_have_the_kind(int first)
    {
        var asked = Ask();
        await (await _api.Request()).Reply(first, first is 200 ? ServesOthers : ScriptedRequest.StatusText(404, "NotFound"));
        var request = await _api.Request();
        Assert.That(request.Target, Is.EqualTo("/apis/example.com/v1beta1"));
        await request.Reply(200, Serves);
        Assert.That((await asked).Version, Is.EqualTo("v1beta1"));
    }

    [Test]
    public async Task That_none_is_served_is_kept_for_a_minute()
    {
        var asked = Ask();
        await (await _api.Request()).Reply(200, ServesOthers);
        await (await _api.Request()).Refuse(404, "NotFound");
        Assert.That(await asked, Is.EqualTo(((string?)null, (ApiFailure?)null)));
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.That((await Ask()).Version, Is.Null);
        Assert.That(_api.Waiting, Is.Zero);
        _time.Advance(TimeSpan.FromSeconds(1));
        asked = Ask();
        await (await _api.Request()).Reply(200, Serves);
        Assert.That((await asked).Version, Is.EqualTo("v1"));
    }

    [Test]
    public async Task A_version_that_turns_out_wrong_is_asked_about_anew_and_another_is_not()
    {
        var asked = Ask();
        await (await _api.Request()).Refuse(404, "NotFound");
        await (await _api.Request()).Reply(200, Serves);
        await asked;
        _kind.Forget("v1");
        Assert.That((await Ask()).Version, Is.EqualTo("v1beta1"));
        Assert.That(_api.Waiting, Is.Zero);
        _kind.Forget("v1beta1");
        asked = Ask();
        await (await _api.Request()).Reply(200, Serves);
        Assert.That((await asked).Version, Is.EqualTo("v1"));
    }

    [Test]
    public async Task A_failure_is_told_and_not_kept()
    {
        var asked = Ask();
        await (await _api.Request()).Refuse(403, "Forbidden");
        var (version, failure) = await asked;
        Assert.That((version, failure!.IsForbidden), Is.EqualTo(((string?)null, true)));
        asked = Ask();
        await (await _api.Request()).Reply(200, Serves);
        Assert.That((await asked).Version, Is.EqualTo("v1"));
    }

    private Task<(string? Version, ApiFailure? Failure)> Ask() => _kind.Ask(default).AsTask().WithinLimit();
}
