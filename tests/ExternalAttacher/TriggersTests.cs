using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Sidecars.ControllerManager;
using Sidecars.ExternalAttacher.Attachments;
using Sidecars.ExternalAttacher.Waiting;
using Sidecars.Hosting.Metrics;
using Sidecars.Kubernetes.Events;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Queueing;
using Sidecars.Kubernetes.Watching;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalAttacher.Tests;

/// <summary>What is remembered of an attachment, when another of the same name takes its place.</summary>
internal sealed class TriggersTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly MetricRegistry _metrics = new();
    private readonly Caches _caches = new(new SharedStores(), new DriverFacts(ScriptedDriverOptions.DefaultName, default));
    private readonly ApiClient _api;
    private readonly WorkQueue<string>[] _queues;
    private readonly Lanes _lanes;
    private readonly AttachmentMemory _memory;

    public TriggersTests()
    {
        _api = new ApiClient(ClusterAddress.Find("", "http://127.0.0.1:1").Address!, new ApiClientOptions { UserAgent = "test" }, _time, NullLogger.Instance);
        _queues = [.. ((string[])["attach", "detach", "volumes"]).Select(n => new WorkQueue<string>(new QueueMetrics(_metrics, n), _time))];
        _lanes = new Lanes(NewLane("attach", _queues[0]), NewLane("detach", _queues[1]), _ => false);
        var events = new EventRecorder(_api, "test", _time, NullLogger.Instance);
        _memory = new AttachmentMemory(new ForcedAttachments(), new AbandonedVolumes(),
            new WaitingAttachments(_lanes, new RetryTimes(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5)), events, _metrics, _time));
        _caches.Attachments.Changed += new Triggers(new DriverFacts(ScriptedDriverOptions.DefaultName, default), _caches, _lanes, _memory, _queues[2]).AttachmentChanged;
    }

    [TearDown]
    public void Dispose()
    {
        _memory.Waiting.Dispose();
        foreach (var queue in _queues) queue.Dispose();
        _api.Dispose();
    }

    [Test]
    public void A_list_that_shows_a_successor_in_its_place_ends_all_that_was_remembered_of_an_attachment()
    {
        var (first, second) = (Of("1", 1), Of("2", 2));
        List(first);
        for (var i = 0; i < 3; i++) _lanes.Attach.Backoff.Next("va");
        _memory.Forced.Add(first);
        _time.Advance(TimeSpan.FromSeconds(20));
        List(second);
        Assert.That(_lanes.Attach.Backoff.FailuresOf("va"), Is.Zero);
        Assert.That(_memory.Forced.Contains(first) || _memory.Forced.Contains(second), Is.False);
        Assert.That(Waiting(), Is.EqualTo(1), "the successor waits");
    }

    [Test]
    public void A_list_that_shows_the_same_attachment_changes_nothing_of_what_is_remembered()
    {
        List(Of("1", 1));
        for (var i = 0; i < 3; i++) _lanes.Attach.Backoff.Next("va");
        List(Of("1", 2));
        Assert.That(_lanes.Attach.Backoff.FailuresOf("va"), Is.EqualTo(3));
    }

    [Test]
    public void The_end_of_a_predecessor_does_not_end_the_wait_of_its_successor()
    {
        var (first, second) = (Of("1", 1), Of("2", 2));
        _memory.Waiting.Began(first);
        _memory.Waiting.Began(second);
        _memory.Waiting.Finished(first);
        _memory.Waiting.Attached(first);
        Assert.That(Waiting(), Is.EqualTo(1));
        _memory.Waiting.Attached(second);
        Assert.That(Waiting(), Is.Zero);
    }

    private static VolumeAttachment Of(string uid, ulong version) => new()
    {
        Metadata = new ObjectMeta { Name = "va", Uid = uid, ResourceVersion = version },
        Spec = new AttachmentSpec { Attacher = ScriptedDriverOptions.DefaultName, NodeName = "n1" },
    };

    private void List(VolumeAttachment attachment)
    {
        _caches.Attachments.Take(new(WatchEventKind.ListStarted));
        _caches.Attachments.Take(new(WatchEventKind.Listed, attachment));
        _caches.Attachments.Take(new(WatchEventKind.ListCompleted, null, attachment.Metadata.ResourceVersion));
    }

    private int Waiting()
    {
        var text = new System.Buffers.ArrayBufferWriter<byte>();
        MetricsText.Write(text, _metrics);
        const string gauge = """csi_attacher_waiting_attachments{operation="attach"} """;
        var line = System.Text.Encoding.UTF8.GetString(text.WrittenSpan).Split('\n').Single(l => l.StartsWith(gauge, StringComparison.Ordinal));
        return int.Parse(line[gauge.Length..], System.Globalization.CultureInfo.InvariantCulture);
    }

    private static Lane NewLane(string name, WorkQueue<string> queue) => new(name, queue, new ItemBackoff<string>(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5)));
}
