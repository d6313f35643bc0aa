using Microsoft.Extensions.Logging;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Json;
using Sidecars.Kubernetes.Objects;
using Sidecars.Tests.Support;

namespace Sidecars.Kubernetes.Tests.Http;

public sealed class ApiClientTests
{
    private static readonly ObjectKey s_key = new(null, "fast");

    private readonly ObservedTime _time = new();
    private readonly RecordingLogger _log = new();
    private ScriptedApi _api = null!;

    [SetUp]
    public async Task Start() => _api = await ScriptedApi.Start();

    [TearDown]
    public async Task Stop() => await _api.DisposeAsync();

    [Test]
    public async Task A_request_says_who_sends_it_and_what_it_takes()
    {
        using var client = _api.Client(_time, _log);
        var get = Get(client);
        var request = await _api.Request();
        Assert.That(request.Target, Is.EqualTo("/apis/storage.k8s.io/v1/storageclasses/fast"));
        Assert.That(request.Headers.UserAgent.ToString(), Is.EqualTo("csi-test/v1 (linux/amd64)"));
        Assert.That(request.Headers.Accept.ToString(), Is.EqualTo("application/json"));
        Assert.That(request.Headers.Authorization.ToString(), Is.Empty);
        await request.Reply(200, """{"metadata":{"name":"fast"},"provisioner":"p"}""");
        Assert.That((await get).Value!.Provisioner, Is.EqualTo("p"));
    }

    [TestCase(404, "NotFound", ExpectedResult = "notfound")]
    [TestCase(409, "AlreadyExists", ExpectedResult = "exists")]
    [TestCase(409, "Conflict", ExpectedResult = "conflict")]
    [TestCase(403, "Forbidden", ExpectedResult = "forbidden rejected")]
    [TestCase(422, "Invalid", ExpectedResult = "rejected")]
    [TestCase(410, "Expired", ExpectedResult = "expired")]
    [TestCase(500, "InternalError", ExpectedResult = "")]
    public async Task<string> A_status_becomes_a_failure(int code, string reason)
    {
        using var client = _api.Client(_time, _log);
        var get = Get(client);
        await (await _api.Request()).Refuse(code, reason, "the storage class is not to your liking");
        var failure = (await get).Failure!;
        Assert.That(failure.ToString(), Is.EqualTo($"the storage class is not to your liking ({code} {reason})"));
        return string.Join(' ', new[]
        {
            failure.IsNotFound ? "notfound" : "", failure.IsAlreadyExists ? "exists" : "", failure.IsConflict ? "conflict" : "",
            failure.IsForbidden ? "forbidden" : "", failure.IsRejected ? "rejected" : "", failure.IsExpired ? "expired" : "",
        }.Where(t => t.Length > 0));
    }

    /// <summary>From a server whose definition is not established yet, or from whoever stands before it.</summary>
    [TestCase(true)]
    [TestCase(false)]
    public async Task That_a_path_is_not_served_does_not_say_that_an_object_of_it_is_gone(bool isStatus)
    {
        using var client = _api.Client(_time, _log);
        var (get, delete, patch) = (Get(client), client.DeleteAsync(Resources.StorageClasses, s_key, null, default), client.PatchAsync(Resources.StorageClasses, s_key, null, "{}"u8.ToArray(), MediaTypes.MergePatch, default));
        for (var i = 0; i < 3; i++)
        {
            var request = await _api.Request();
            if (isStatus) await request.Refuse(404, "NotFound", "the server could not find the requested resource", name: null);
            else await request.Reply(404, "404 page not found\n", "text/plain");
        }
        foreach (var failure in (ApiFailure[])[(await get.WithinLimit()).Failure!, (await delete.WithinLimit()).Failure!, (await patch.WithinLimit()).Failure!])
            Assert.That((failure.IsNotFound, failure.IsUnserved), Is.EqualTo((false, true)));

        var list = client.SendAsync(HttpMethod.Get, Resources.StorageClasses.CollectionPath, KubeJson.Default.MetadataOnly, default, null, default);
        await (await _api.Request()).Refuse(404, "NotFound", name: null);
        Assert.That((await list.WithinLimit()).Failure!.IsNotFound, Is.True, "of a list it says all there is to say");
    }

    [TestCase("[1,2]", "application/json", "the server answered 502 without saying why (502 Unknown)")]
    [TestCase("{broken", "application/json", "the server answered 502 without saying why (502 Unknown)")]
    [TestCase("", "application/json", "the server answered 502 without saying why (502 Unknown)")]
    [TestCase("<html>", "text/html", "the server answered 502 without saying why (502 Unknown)")]
    [TestCase("upstream\nis gone\n", "text/plain", "the server answered 502: upstream is gone (502 Unknown)")]
    public async Task A_body_that_is_no_status_leaves_the_code_to_speak(string body, string type, string text)
    {
        using var client = _api.Client(_time, _log);
        var get = Get(client);
        await (await _api.Request()).Reply(502, body, type);
        Assert.That((await get).Failure!.ToString(), Is.EqualTo(text));
    }

    [TestCase(429, "TooManyRequests")]
    [TestCase(503, "ServiceUnavailable")]
    public async Task A_server_that_asks_to_come_back_is_asked_again_after_that_time(int code, string reason)
    {
        using var client = _api.Client(_time, _log);
        var create = client.CreateAsync(Resources.StorageClasses, new StorageClass { Metadata = { Name = "fast" } }, default).WithinLimit();
        await (await _api.Request()).Refuse(code, reason, retryAfter: 7);
        await _time.TimerSet(d => d == TimeSpan.FromSeconds(7));
        _time.Advance(TimeSpan.FromSeconds(6.9));
        Assert.That(_api.Waiting, Is.Zero);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        await (await _api.Request()).Reply(201, """{"metadata":{"name":"fast"}}""");
        Assert.That((await create).IsSuccess, Is.True);
    }

    [Test]
    public async Task After_ten_times_of_asking_again_the_refusal_is_the_answer()
    {
        using var client = _api.Client(_time, _log);
        var get = Get(client);
        for (var i = 0; i < 10; i++)
        {
            await (await _api.Request()).Refuse(429, "TooManyRequests", retryAfter: 1);
            await _time.Pass(TimeSpan.FromSeconds(1));
        }
        await (await _api.Request()).Refuse(429, "TooManyRequests", retryAfter: 1);
        Assert.That((await get).Failure!.IsTooManyRequests, Is.True);
    }

    [TestCase(500, "InternalError", null)]
    [TestCase(503, "ServiceUnavailable", null)]
    [TestCase(429, "TooManyRequests", null)]
    [TestCase(504, "Timeout", "ResourceVersionTooLarge")]
    public async Task A_refusal_the_client_cannot_wait_out_is_returned_at_once(int code, string reason, string? cause)
    {
        using var client = _api.Client(_time, _log);
        var get = Get(client);
        await (await _api.Request()).Refuse(code, reason, retryAfter: cause is null ? null : 1, cause: cause);
        Assert.That((await get).Failure!.Code, Is.EqualTo(code));
    }

    [Test]
    public async Task A_read_that_broke_on_the_way_is_sent_again_after_a_second()
    {
        using var client = _api.Client(_time, _log);
        var get = Get(client);
        (await _api.Request()).Cut();
        await _time.Pass(TimeSpan.FromSeconds(1));
        await (await _api.Request()).Reply(200, """{"metadata":{"name":"fast"}}""");
        Assert.That((await get).IsSuccess, Is.True);
    }

    [Test]
    public async Task A_write_that_broke_on_the_way_is_for_the_caller_to_judge()
    {
        using var client = _api.Client(_time, _log);
        var create = client.CreateAsync(Resources.StorageClasses, new StorageClass { Metadata = { Name = "fast" } }, default).WithinLimit();
        (await _api.Request()).Cut();
        var failure = (await create).Failure!;
        Assert.That((failure.IsWithoutAnswer, failure.IsRefused), Is.EqualTo((true, false)), "it may have taken effect");
        Assert.That(failure.ToString(), Does.StartWith("POST /apis/storage.k8s.io/v1/storageclasses: no answer from http://127.0.0.1"));
    }

    [Test]
    public async Task A_server_nobody_runs_is_a_refused_connection()
    {
        using var client = new ApiClient(ClusterAddress.Find("", $"http://127.0.0.1:{FreePort.Next()}").Address!,
            new ApiClientOptions { UserAgent = "test" }, _time, _log);
        var failure = (await Get(client)).Failure!;
        Assert.That((failure.IsWithoutAnswer, failure.IsRefused), Is.EqualTo((true, true)));
    }

    [Test]
    public async Task A_request_without_an_answer_ends_at_its_time_limit()
    {
        using var client = _api.Client(_time, _log, timeout: TimeSpan.FromSeconds(33));
        var get = Get(client);
        await _api.Request();
        await _time.Pass(TimeSpan.FromSeconds(33));
        Assert.That((await get).Failure!.ToString(), Does.EndWith("within 33 s"), "and is not sent again: it would only wait again");
    }

    [Test]
    public async Task A_watch_that_never_begins_ends_at_the_time_limit_too()
    {
        using var client = _api.Client(_time, _log, timeout: TimeSpan.FromSeconds(33));
        var open = client.OpenAsync("/x?watch=true", default).WithinLimit();
        await _api.Request();
        await _time.Pass(TimeSpan.FromSeconds(33));
        Assert.That((await open).Failure!.ToString(), Does.EndWith("within 33 s"));
    }

    [Test]
    public async Task The_time_limit_does_not_end_a_watch_that_has_begun()
    {
        using var client = _api.Client(_time, _log, timeout: TimeSpan.FromSeconds(33));
        var open = client.OpenAsync("/x?watch=true", default).WithinLimit();
        var request = await _api.Request();
        await request.Open();
        using var response = (await open).Value!;
        _time.Advance(TimeSpan.FromMinutes(5));
        await request.Send("still here");
        request.End();
        Assert.That(await response.Content.ReadAsStringAsync().WithinLimit(), Is.EqualTo("still here"));
    }

    [Test]
    public async Task A_cancelled_request_throws_whatever_the_connection_says()
    {
        using var client = _api.Client(_time, _log);
        using var cancel = new CancellationTokenSource();
        var get = client.GetAsync(Resources.StorageClasses, s_key, cancel.Token);
        await _api.Request();
        await cancel.CancelAsync();
        Assert.That(async () => await get.WithinLimit(), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task An_answer_that_cannot_be_read_is_a_failure_and_not_asked_for_again()
    {
        using var client = _api.Client(_time, _log);
        var get = Get(client);
        await (await _api.Request()).Reply(200, """{"metadata":[]}""");
        Assert.That((await get).Failure!.ToString(), Does.Contain("the answer cannot be read"));
    }

    [Test]
    public async Task No_content_of_a_secret_reaches_the_log_or_a_message()
    {
        using var client = _api.Client(_time, _log);
        var get = client.GetAsync(Resources.Secrets, new ObjectKey("ns", "s"), default).WithinLimit();
        await (await _api.Request()).Reply(200, """{"metadata":{"name":"s"},"data":{"password":"hunter2!!"}}""");
        var broken = (await get).Failure!.ToString();
        get = client.GetAsync(Resources.Secrets, new ObjectKey("ns", "s"), default).WithinLimit();
        await (await _api.Request()).Reply(200, """{"metadata":{"name":"s"},"data":{"password":"aHVudGVyMg=="}}""");
        Assert.That((await get).Value!.Data!["password"], Is.EqualTo("hunter2"u8.ToArray()));
        Assert.That(string.Join('\n', _log.Lines) + broken + (await get).Value, Does.Not.Contain("hunter2").And.Not.Contain("aHVudGVy"));
    }

    [Test]
    public async Task A_warning_of_the_server_is_logged_once()
    {
        using var client = _api.Client(_time, _log);
        for (var i = 0; i < 2; i++)
        {
            var get = Get(client);
            await (await _api.Request()).Reply(200, """{"metadata":{"name":"fast"}}""", "application/json", ("Warning", "299 - \"fast is deprecated\""));
            await get;
        }
        Assert.That(_log.Entries.Where(e => e.Level is LogLevel.Warning).Select(e => e.Text), Has.One.Contains("fast is deprecated"));
    }

    [Test]
    public async Task Requests_wait_for_their_token_and_watches_take_none()
    {
        using var client = _api.Client(_time, _log, new RequestThrottle(perSecond: 1, burst: 1, _time));
        var first = Get(client);
        await (await _api.Request()).Reply(200, """{"metadata":{"name":"fast"}}""");
        await first;

        var second = Get(client);
        var watch = client.OpenAsync("/x?watch=true", default).WithinLimit();
        var request = await _api.Request();
        Assert.That(request.Target, Is.EqualTo("/x?watch=true"));
        await request.Open();
        using var response = (await watch).Value!;

        await _time.Pass(TimeSpan.FromSeconds(1));
        await (await _api.Request()).Reply(200, """{"metadata":{"name":"fast"}}""");
        Assert.That((await second).IsSuccess, Is.True);
        request.End();
    }

    [Test]
    public async Task A_stop_ends_the_wait_for_a_token_and_nothing_is_sent()
    {
        using var client = _api.Client(_time, _log, new RequestThrottle(perSecond: 1, burst: 1, _time));
        using var stop = new CancellationTokenSource();
        var first = Create(client, stop.Token);
        await (await _api.Request()).Reply(201, Fast);
        await first;
        var second = Create(client, stop.Token);
        await _time.TimerSet(d => d == TimeSpan.FromSeconds(1));
        await stop.CancelAsync();
        Assert.That(async () => await second, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(_api.Waiting, Is.Zero);
    }

    [Test]
    public async Task A_stop_ends_the_wait_a_server_asked_for_and_its_refusal_is_the_answer([Values] bool isRead)
    {
        using var client = _api.Client(_time, _log);
        using var stop = new CancellationTokenSource();
        var sent = isRead ? client.GetAsync(Resources.StorageClasses, s_key, stop.Token).WithinLimit() : Create(client, stop.Token);
        await (await _api.Request()).Refuse(429, "TooManyRequests", retryAfter: 600);
        await _time.TimerSet(d => d == TimeSpan.FromSeconds(600));
        await stop.CancelAsync();
        Assert.That((await sent).Failure!.IsTooManyRequests, Is.True);
        Assert.That(_api.Waiting, Is.Zero);
    }

    [Test]
    public async Task A_write_under_way_at_a_stop_brings_its_answer()
    {
        using var client = _api.Client(_time, _log);
        using var stop = new CancellationTokenSource();
        var create = Create(client, stop.Token);
        var request = await _api.Request();
        await stop.CancelAsync();
        await request.Reply(201, Fast);
        Assert.That((await create).IsSuccess, Is.True);

        // Nor is one kept back that begins only then: what a driver did is to be noted.
        create = Create(client, stop.Token);
        await (await _api.Request()).Reply(201, Fast);
        Assert.That((await create).IsSuccess, Is.True);
    }

    [Test]
    public async Task A_write_without_an_answer_is_given_up_ten_seconds_after_a_stop([Values] bool isStoppedBefore)
    {
        using var client = _api.Client(_time, _log);
        using var stop = new CancellationTokenSource();
        if (isStoppedBefore) await stop.CancelAsync();
        var create = Create(client, stop.Token);
        await _api.Request();
        _time.Advance(TimeSpan.FromSeconds(9));
        if (!isStoppedBefore) await stop.CancelAsync();
        await _time.Pass(TimeSpan.FromSeconds(10));
        Assert.That((await create).Failure!.ToString(), Does.EndWith("within 10 s"));
    }

    [Test]
    public async Task Whoever_gives_a_write_up_gives_it_up_at_once()
    {
        using var client = _api.Client(_time, _log);
        using var abandon = new CancellationTokenSource();
        var create = client.CreateAsync(Resources.StorageClasses, new StorageClass { Metadata = { Name = "fast" } }, default, abandon.Token).WithinLimit();
        await _api.Request();
        await abandon.CancelAsync();
        Assert.That(async () => await create, Throws.InstanceOf<OperationCanceledException>());
    }

    private const string Fast = """{"metadata":{"name":"fast"}}""";

    private static Task<ApiResult<StorageClass>> Create(ApiClient client, CancellationToken stop) =>
        client.CreateAsync(Resources.StorageClasses, new StorageClass { Metadata = { Name = "fast" } }, stop).WithinLimit();

    private static Task<ApiResult<StorageClass>> Get(ApiClient client) => client.GetAsync(Resources.StorageClasses, s_key, default).WithinLimit();
}
