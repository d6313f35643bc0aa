using Microsoft.Extensions.Time.Testing;
using Sidecars.ControllerManager;
using Sidecars.ExternalProvisioner.Claims;
using Sidecars.ExternalProvisioner.Volumes;
using Sidecars.Hosting.Metrics;
using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Queueing;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalProvisioner.Tests;

/// <summary>Which claims come up when a class appears.</summary>
internal sealed class TriggersTests : IDisposable
{
    private const string Uid = "claim-uid";
    private readonly FakeTimeProvider _time = new();
    private readonly Caches _caches = new(new SharedStores(), new(ScriptedDriverOptions.DefaultName), attaches: true);
    private readonly ClaimMemory _memory;
    private readonly WorkQueue<string> _claims;
    private readonly Triggers _triggers;

    public TriggersTests()
    {
        _memory = new ClaimMemory(TimeSpan.FromMinutes(5), _time);
        _claims = new WorkQueue<string>(new QueueMetrics(new MetricRegistry(), "claims"), _time);
        _triggers = new Triggers(new(ScriptedDriverOptions.DefaultName), _caches, _memory, new VolumeSaver(null!, _caches, null!, null!, null!, null!), null!, _claims, null!); // no volume is touched
        _memory.InProgress.Keep(new PersistentVolumeClaim
        {
            Metadata =
            {
                Name = "claim", Namespace = "default", Uid = Uid,
                Annotations = StringMap.From([new(WellKnown.ProvisionerAnnotation, ScriptedDriverOptions.DefaultName)]),
            },
            Spec = { StorageClassName = "fast" },
        }, "pvc-" + Uid);
    }

    [TearDown]
    public void Dispose() => _claims.Dispose();

    [Test]
    public void A_claim_that_was_tried_without_the_class_or_with_another_comes_up()
    {
        _memory.Works(Uid, Class("before"));
        _triggers.ClassChanged(new StoreChange<StorageClass>(null, Class("now")));
        Assert.That(_claims.Depth, Is.EqualTo(1));
    }

    [Test]
    public void A_claim_that_was_tried_with_this_very_class_keeps_its_own_time()
    {
        _memory.Works(Uid, Class("now"));
        _triggers.ClassChanged(new StoreChange<StorageClass>(null, Class("now")));
        Assert.That(_claims.Depth, Is.Zero);
    }

    private static StorageClass Class(string uid) => new() { Metadata = { Name = "fast", Uid = uid }, Provisioner = ScriptedDriverOptions.DefaultName };
}
