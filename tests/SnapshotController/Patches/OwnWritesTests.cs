using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Objects;
using Sidecars.SnapshotController.Patches;

namespace Sidecars.SnapshotController.Tests.Patches;

/// <summary>A write of our own brings nobody up, however the watch and the answer come; somebody else's does.</summary>
internal sealed class OwnWritesTests
{
    private readonly List<ObjectKey> _woken = [];
    private OwnWrites _own = null!;

    [SetUp]
    public void Begin()
    {
        _woken.Clear();
        _own = new OwnWrites(_woken.Add);
    }

    [Test]
    public void What_the_watch_shows_before_the_answer_is_ours_if_the_answer_says_so()
    {
        _own.Begin(At(1).Key);
        Assert.That(_own.IsNews(new StoreChange<VolumeSnapshot>(At(1), At(2))), Is.False);
        _own.End(At(1).Key, 2);
        Assert.That(_woken, Is.Empty);
        Assert.That(_own.IsNews(new StoreChange<VolumeSnapshot>(At(2), At(3))), Is.True);
    }

    [Test]
    public void What_the_watch_had_taken_in_and_tells_of_after_the_answer_is_ours_too()
    {
        _own.Begin(At(1).Key);
        _own.End(At(1).Key, 2);
        Assert.That(_own.IsNews(new StoreChange<VolumeSnapshot>(At(1), At(2))), Is.False);
        Assert.That(_own.IsNews(new StoreChange<VolumeSnapshot>(At(2), At(3))), Is.True);
    }

    [TestCase(2ul)]
    [TestCase(null)]
    public void Anothers_write_meanwhile_brings_it_up_after_the_answer(ulong? own)
    {
        _own.Begin(At(1).Key);
        Assert.That(_own.IsNews(new StoreChange<VolumeSnapshot>(At(1), At(3))), Is.False);
        _own.End(At(1).Key, own);
        Assert.That(_woken, Is.EqualTo((ObjectKey[])[At(1).Key]));
    }

    private static VolumeSnapshot At(ulong version) => new() { Metadata = new ObjectMeta { Namespace = "ns", Name = "s", Uid = "u", ResourceVersion = version } };
}
