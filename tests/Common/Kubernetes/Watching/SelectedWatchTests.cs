using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Tests.Http;
using Sidecars.Kubernetes.Watching;
using Sidecars.Tests.Support;

namespace Sidecars.Kubernetes.Tests.Watching;

/// <summary>Objects that are selected by a field, where the server does that, and all of them where it does not (any more).</summary>
public sealed class SelectedWatchTests
{
    private const string All = "/apis/storage.k8s.io/v1/storageclasses?";
    private const string Some = All + "fieldSelector=provisioner%3Dp&";

    private ScriptedApi _api = null!;
    private ApiClient _client = null!;

    [SetUp]
    public async Task Start()
    {
        _api = await ScriptedApi.Start();
        _client = _api.Client(TimeProvider.System);
    }

    [TearDown]
    public async Task End()
    {
        _client.Dispose();
        await _api.DisposeAsync();
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_server_that_does_not_select_by_the_field_is_asked_for_all_at_once(bool streams) => await Watching(streams, async () =>
    {
        await Refuse();
        var whole = await _api.Request();
        Assert.That(whole.Target, Does.StartWith(All + (streams ? "watch=true" : "resourceVersion=0")));
        await whole.Reply(410, "{}");
        Assert.That((await _api.Request()).Target, Does.StartWith(All).And.Not.Contain("fieldSelector"), "it is not asked again");
    });

    [Test]
    public async Task A_server_that_selects_is_asked_for_no_more_however_it_fails() => await Watching(false, async () =>
    {
        await (await _api.Request()).Refuse(410, "Expired");
        var list = await _api.Request();
        Assert.That(list.Target, Does.StartWith(Some));
        await list.Reply(200, """{"metadata":{"resourceVersion":"4"},"items":[]}""");
        Assert.That((await _api.Request()).Target, Does.StartWith(Some + "watch=true").And.Contain("resourceVersion=4"));
    });

    [Test]
    public async Task A_definition_that_does_not_declare_the_field_any_more_has_all_listed() => await Watching(false, async () =>
    {
        await (await _api.Request()).Reply(200, """{"metadata":{"resourceVersion":"4"},"items":[]}""");
        await Refuse();
        Assert.That((await _api.Request()).Target, Does.StartWith(All + "resourceVersion=4"));
    });

    private async Task Refuse()
    {
        var asked = await _api.Request();
        Assert.That(asked.Target, Does.StartWith(Some));
        await asked.Refuse(400, "BadRequest");
    }

    private async Task Watching(bool streams, Func<Task> script)
    {
        using var stop = new CancellationTokenSource();
        var options = new WatcherOptions { FieldSelector = "provisioner=p", StreamsLists = streams };
        var watching = Task.Run(async () =>
        {
            await foreach (var _ in new Watcher<StorageClass>(_client, Resources.StorageClasses, options, TimeProvider.System).Events(stop.Token)) { }
        });
        await script();
        await stop.CancelAsync();
        try
        {
            await watching.WithinLimit();
        }
        catch (OperationCanceledException)
        {
            // Stopped while it waited for more.
        }
    }
}
