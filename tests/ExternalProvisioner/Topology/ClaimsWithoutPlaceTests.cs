using Microsoft.Extensions.Time.Testing;
using Sidecars.ExternalProvisioner.Topology;
using Sidecars.Hosting.Metrics;
using Sidecars.Kubernetes.Queueing;

namespace Sidecars.ExternalProvisioner.Tests.Topology;

/// <summary>Which claims a node's coming to its place brings up.</summary>
internal sealed class ClaimsWithoutPlaceTests : IDisposable
{
    private readonly WorkQueue<string> _queue = new(new QueueMetrics(new MetricRegistry(), "claims"), new FakeTimeProvider());
    private readonly NodesInMemory _nodes = new();
    private readonly ClaimsWithoutPlace _claims = new();

    [TearDown]
    public void Dispose() => _queue.Dispose();

    [TestCase("n1", 2, Description = "the one of that node, and the one of any")]
    [TestCase("n2", 1)]
    [TestCase("n3", 0, Description = "still without a label")]
    [TestCase("n4", 0, Description = "still without the driver")]
    [TestCase("n5", 0, Description = "gone")]
    public void A_node_brings_up_what_waits_for_it_or_for_any_once(string changed, int up)
    {
        _nodes.Add("n1", "zone=1", "zone").Add("n2", "zone=2", "zone").Add("n3", "", "zone").Add("n4", "zone=4", null);
        _claims.Add("of-n1", "n1");
        _claims.Add("of-any", "n9");
        _claims.Add("of-any", null); // the node was taken back
        _claims.Add("dropped", null);
        _claims.Drop("dropped");
        for (var i = 0; i < 2; i++)
        {
            _claims.NodeChanged(changed, _nodes.Topology, _queue);
            Assert.That(_queue.Depth, Is.EqualTo(up));
        }
    }

    [Test]
    public void Of_too_many_some_are_left_to_their_back_off()
    {
        _nodes.Add("n1", "zone=1", "zone");
        for (var i = 0; i < ClaimsWithoutPlace.Most + 10; i++) _claims.Add($"c{i}", null);
        _claims.NodeChanged("n1", _nodes.Topology, _queue);
        Assert.That(_queue.Depth, Is.EqualTo(ClaimsWithoutPlace.Most));
    }
}
