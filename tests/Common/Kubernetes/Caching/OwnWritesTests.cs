using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Watching;
using Sidecars.Tests.Support;

namespace Sidecars.Kubernetes.Tests.Caching;

/// <summary>A write of our own brings nobody up, however the watch and the answer come; somebody else's does, once.</summary>
internal sealed class OwnWritesTests
{
    private readonly List<ObjectKey> _lookedAt = [];
    private readonly ObjectStore<VolumeSnapshot> _store = new();
    private OwnWrites<VolumeSnapshot> _writes = null!;

    [SetUp]
    public void Begin()
    {
        _lookedAt.Clear();
        _writes = new OwnWrites<VolumeSnapshot>(_store, _lookedAt.Add);
    }

    [TestCase(0, Description = "the watch showed nothing")]
    [TestCase(0, 7ul, Description = "the write as the server stored it, whatever it made of it")]
    [TestCase(1, 6ul, Description = "somebody was faster")]
    [TestCase(1, 7ul, 8ul, Description = "somebody came after it")]
    public async Task A_change_of_another_version_is_somebody_elses(int looks, params ulong[] shown)
    {
        await _writes.Watched(At(5), () =>
        {
            foreach (var version in shown) Assert.That(IsNews(version), Is.False, "it is not known yet whose it is");
            return Answer(At(7));
        }).WithinLimit();
        Assert.That(_lookedAt, Has.Count.EqualTo(looks));
        Assert.That(IsNews(10), Is.True, "it has ended");
    }

    [Test]
    public async Task A_change_of_another_object_is_news_meanwhile() => await _writes.Watched(At(5), () =>
    {
        var other = At(6);
        other.Metadata.Name = "other";
        Assert.That(_writes.IsNews(new(null, other)), Is.True);
        return Answer(At(7));
    }).WithinLimit();

    [Test]
    public async Task What_the_watch_shows_after_the_answer_is_ours_too_and_only_once()
    {
        await _writes.Watched(At(5), () => Answer(At(7))).WithinLimit();
        Assert.That((IsNews(7), IsNews(8)), Is.EqualTo((false, true)));
    }

    [Test]
    public async Task Several_writes_that_the_watch_has_not_shown_yet_are_all_ours()
    {
        await _writes.Watched(At(5), () => Answer(At(7))).WithinLimit();
        await _writes.Watched(At(7), () =>
        {
            Assert.That(IsNews(7), Is.False);
            return Answer(At(9));
        }).WithinLimit();
        Assert.That((IsNews(9), IsNews(10)), Is.EqualTo((false, true)));
        Assert.That(_lookedAt, Is.Empty);
    }

    [Test]
    public async Task What_a_write_of_ours_landed_on_unawares_is_news_although_we_know_more()
    {
        await _writes.Watched(At(5), () =>
        {
            _store.Fold(At(7)); // made upon somebody's version 6, which the watch has still to show
            return Answer(At(7));
        }).WithinLimit();
        Assert.That((_writes.IsNews(new(At(7), At(6))), _writes.IsNews(new(At(7), At(7)))), Is.EqualTo((true, false)));
    }

    [Test]
    public async Task What_is_no_reason_is_none_when_it_came_with_a_write()
    {
        await _writes.Watched(At(5), () =>
        {
            Assert.That(_writes.IsNews(new(At(5), At(6)), isReason: false), Is.False);
            return Answer(At(7));
        }).WithinLimit();
        Assert.That(_lookedAt, Is.Empty);
        Assert.That(_writes.IsNews(new(At(7), At(8)), isReason: false), Is.False);
    }

    [Test]
    public async Task Of_a_write_without_an_answer_nobody_knows_so_it_is_looked_at_again()
    {
        await _writes.Watched(At(5), () =>
        {
            Assert.That(IsNews(7), Is.False);
            return Task.FromResult<ApiResult<VolumeSnapshot>>(new ApiFailure { Code = 500 });
        }).WithinLimit();
        Assert.That(_lookedAt, Is.EqualTo((ObjectKey[])[At(1).Key]));
    }

    [Test]
    public async Task Of_one_that_was_seen_to_go_before_the_answer_to_its_last_write_nothing_is_kept()
    {
        await _writes.Watched(At(5), () =>
        {
            _writes.Forget(At(5).Key);
            return Answer(At(7));
        }).WithinLimit();
        Assert.That(_writes.Count, Is.Zero);

        // A successor has a trail of its own, and what the watch shows of it is not taken for ours.
        await _writes.Watched(At(5), async () =>
        {
            _writes.Forget(At(5).Key);
            Assert.That(IsNews(8), Is.False, "it is not known yet whose it is");
            return await Answer(At(7));
        }).WithinLimit();
        Assert.That((_writes.Count, _lookedAt.Count, IsNews(7)), Is.EqualTo((0, 1, true)));
    }

    [Test]
    public async Task Of_one_that_goes_after_the_answer_nothing_is_kept()
    {
        await _writes.Watched(At(5), () => Answer(At(7))).WithinLimit();
        Assert.That(_writes.Count, Is.EqualTo(1), "the watch has still to show it");
        _writes.Forget(At(5).Key);
        Assert.That(_writes.Count, Is.Zero);
    }

    [Test]
    public async Task A_write_that_changed_nothing_leaves_nothing_to_wait_for()
    {
        await _writes.Watched(At(5), () => Answer(At(5))).WithinLimit();
        Assert.That(IsNews(6), Is.True);
    }

    [Test]
    public void What_is_older_than_what_is_known_is_no_news_and_a_history_that_went_back_is()
    {
        Take(WatchEventKind.ListStarted);
        Take(WatchEventKind.Listed, At(5));
        Take(WatchEventKind.ListCompleted);
        Assert.That((IsNews(4), IsNews(6)), Is.EqualTo((false, true)));
        // The state is taken in before it is told of.
        Take(WatchEventKind.ListStarted);
        Take(WatchEventKind.Listed, At(3));
        Take(WatchEventKind.ListCompleted, version: 3);
        Assert.That(_writes.IsNews(new(At(5), At(3))), Is.True);

        void Take(WatchEventKind kind, VolumeSnapshot? item = null, ulong version = 5) => _store.Take(new WatchEvent<VolumeSnapshot>(kind, item, Version: version));
    }

    private static Task<ApiResult<VolumeSnapshot>> Answer(VolumeSnapshot item) => Task.FromResult<ApiResult<VolumeSnapshot>>(item);

    private bool IsNews(ulong version) => _writes.IsNews(new(At(version - 1), At(version)));

    private static VolumeSnapshot At(ulong version) => new() { Metadata = new ObjectMeta { Namespace = "ns", Name = "s", Uid = "u", ResourceVersion = version } };
}
