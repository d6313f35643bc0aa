using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Watching;

namespace Sidecars.Kubernetes.Tests.Caching;

/// <summary>Objects by a value that few or many of them have.</summary>
public sealed class ObjectIndexTests
{
    private readonly ObjectStore<PersistentVolumeClaim> _store = new();
    private ObjectIndex<PersistentVolumeClaim> _index = null!;
    private ulong _version;

    [SetUp]
    public void Begin() => _index = _store.IndexBy(c => c.Spec.VolumeName);

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(16)]
    [TestCase(17)]
    [TestCase(100)]
    public void It_agrees_with_the_store_however_many_objects_have_a_value(int count)
    {
        for (var i = 0; i < count; i++) Put($"c{i}", "v");
        Put("other", "w");
        Put("c0", "v"); // once more, as every update does
        Assert.That(_index.All("v").Select(c => c.Name), Is.EquivalentTo(Enumerable.Range(0, count).Select(i => $"c{i}")));
        Assert.That(_index.Any("v", c => c.Name == $"c{count - 1}"), Is.True);
        Assert.That(_index.Any("v", c => c.Name == "other"), Is.False);

        for (var left = count; left > 0; left--)
        {
            Assert.That((_index.All("v").Count, _index.First("v")?.Spec.VolumeName), Is.EqualTo((left, "v")));
            if (left % 2 is 0) Put($"c{left - 1}", "w");
            else _store.Take(new(WatchEventKind.Deleted, Claim($"c{left - 1}", "v")));
        }
        Assert.That((_index.All("v").Count, _index.First("v"), _index.Any("v", _ => true)), Is.EqualTo((0, (PersistentVolumeClaim?)null, false)));
        Assert.That(_index.All("w"), Has.Count.EqualTo(1 + (count / 2)));
    }

    private void Put(string name, string volume) => _store.Take(new(WatchEventKind.Applied, Claim(name, volume)));

    private PersistentVolumeClaim Claim(string name, string volume) =>
        new() { Metadata = { Namespace = "ns", Name = name, ResourceVersion = ++_version }, Spec = { VolumeName = volume } };
}
