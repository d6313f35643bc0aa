using System.Text;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Watching;

namespace Sidecars.Kubernetes.Tests.Watching;

/// <summary>What can be read of an attachment of which some members are not what its model expects.</summary>
public sealed class ReadablePartTests
{
    [TestCase("""{"metadata":{"name":"a"},"spec":{"nodeName":["n"],"source":{"persistentVolumeName":"v"}}}""", "a  v")]
    [TestCase("""{"metadata":{"name":"a"},"spec":{"nodeName":"n","source":{"persistentVolumeName":{"of":"v"}}}}""", "a n ")]
    [TestCase("""{"metadata":{"name":"a","finalizers":["x",7,"y"],"annotations":{"with.dots/and[0]":[1],"b":"c"}},"spec":{"attacher":7,"nodeName":[],"source":{"persistentVolumeName":"v"}},"status":{"attached":"yes"}}""", "a  v")]
    [TestCase("""{"metadata":{"name":"a"},"spec":[{"nodeName":"n"}]}""", "a  ")]
    [TestCase("""{"metadata":{"name":["a"]},"spec":{"nodeName":"n"}}""", "none")]
    [TestCase("""{"metadata":7}""", "none")]
    [TestCase("""{"metadata":{"name":"a"},"metadata":{"name":"b"},"spec":{"nodeName":[]}}""", "none")]
    [TestCase("[]", "none")]
    [TestCase("null", "none")]
    [TestCase("{", "none")]
    public void What_cannot_be_read_is_left_out(string json, string expected)
    {
        var part = ReadablePart.Of(Encoding.UTF8.GetBytes(json), Resources.VolumeAttachments.Item);
        Assert.That(part is null ? "none" : $"{part.Name} {part.Spec?.NodeName} {part.Spec?.Source?.PersistentVolumeName}", Is.EqualTo(expected));
    }

    [Test]
    public void An_object_that_is_odd_throughout_is_given_up()
    {
        var drivers = string.Join(',', Enumerable.Repeat("""{"name":7}""", 1000));
        Assert.That(ReadablePart.Of(Encoding.UTF8.GetBytes($$$"""{"metadata":{"name":"a"},"spec":{"drivers":[{{{drivers}}}]}}"""), Resources.CsiNodes.Item), Is.Null);
        Assert.That(ReadablePart.Of("""{"metadata":{"name":"a"},"spec":{"drivers":[{"name":"d","nodeID":7},{"name":7,"nodeID":"m"},{"name":"e","nodeID":"n"}]}}"""u8, Resources.CsiNodes.Item)!
            .Spec!.Drivers!.Select(d => $"{d.Name} {d.NodeId}"), Is.EqualTo(new[] { "d ", " m", "e n" }));
    }
}
