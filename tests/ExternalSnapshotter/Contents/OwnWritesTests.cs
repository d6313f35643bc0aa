using Sidecars.ExternalSnapshotter.Contents;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalSnapshotter.Tests.Contents;

/// <summary>What came in with a write of ours is no reason to look again, and what somebody else wrote meanwhile is one.</summary>
internal sealed class OwnWritesTests
{
    private readonly List<string> _lookedAt = [];

    [TearDown]
    public void Forget() => _lookedAt.Clear();

    [TestCase(0, Description = "the watch told of nothing")]
    [TestCase(0, 7ul, Description = "the write as the server stored it, whatever it made of it")]
    [TestCase(1, 6ul, Description = "somebody was faster")]
    [TestCase(1, 7ul, 8ul, Description = "somebody came after it")]
    public async Task A_change_of_another_version_is_somebody_elses(int looks, params ulong[] told)
    {
        var writes = new OwnWrites(_lookedAt.Add);
        Assert.That(writes.MayHaveBrought("c", 7), Is.False, "nothing is under way");
        await writes.Watched("c", () =>
        {
            foreach (var version in told) Assert.That(writes.MayHaveBrought("c", version), Is.True);
            Assert.That(writes.MayHaveBrought("other", 9), Is.False);
            return Task.FromResult<ApiResult<VolumeSnapshotContent>>(new VolumeSnapshotContent { Metadata = { Name = "c", ResourceVersion = 7 } });
        }).WithinLimit();
        Assert.That(_lookedAt, Has.Count.EqualTo(looks));
        Assert.That(writes.MayHaveBrought("c", 10), Is.False, "it has ended");
    }

    [Test]
    public async Task What_the_watch_tells_of_after_the_answer_is_ours_too_and_only_once()
    {
        var writes = new OwnWrites(_lookedAt.Add);
        await writes.Watched("c", () => Task.FromResult<ApiResult<VolumeSnapshotContent>>(new VolumeSnapshotContent { Metadata = { Name = "c", ResourceVersion = 7 } })).WithinLimit();
        Assert.That((writes.MayHaveBrought("c", 6), writes.MayHaveBrought("c", 7), writes.MayHaveBrought("c", 7)), Is.EqualTo((false, true, false)));
    }

    [Test]
    public async Task Of_a_write_without_an_answer_nobody_knows_so_it_is_looked_at_again()
    {
        var writes = new OwnWrites(_lookedAt.Add);
        await writes.Watched("c", () =>
        {
            _ = writes.MayHaveBrought("c", 7);
            return Task.FromResult<ApiResult<VolumeSnapshotContent>>(new ApiFailure { Code = 500 });
        }).WithinLimit();
        Assert.That(_lookedAt, Is.EqualTo((string[])["c"]));
    }
}
