using Microsoft.Extensions.Time.Testing;
using Sidecars.ExternalProvisioner.Claims;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Tests.Claims;

public sealed class ClaimMemoryTests
{
    private const string Uid = "uid-1";
    private readonly ClaimMemory _memory = new(TimeSpan.FromMinutes(5), new FakeTimeProvider());

    [Test]
    public void A_settled_claim_is_no_longer_in_progress_but_known_to_have_been_tried()
    {
        Keep();
        _memory.Settled(Uid, _ => false);
        Assert.That(_memory.InProgress.Find(Uid), Is.Null);
        Assert.That(_memory.WasTried(Uid), Is.True);
    }

    [Test]
    public void Nothing_is_remembered_of_a_claim_that_went_while_the_driver_worked()
    {
        Keep();
        var storageClass = new StorageClass { Metadata = { Uid = "class" } };
        _memory.Works(Uid, storageClass);
        _memory.Settled(Uid, _ => true);
        Assert.That(_memory.Knows(Uid), Is.False);
        Assert.That(_memory.HadClass(Uid, storageClass), Is.False);
    }

    [Test]
    public void A_claim_that_goes_while_it_is_settled_is_seen_to_be_out_of_progress()
    {
        Keep();
        // The watch asks this to decide whether the claim has to come up once more to be forgotten.
        var seenInProgress = true;
        _memory.Settled(Uid, uid =>
        {
            seenInProgress = _memory.InProgress.Find(uid) is not null;
            return false;
        });
        Assert.That(seenInProgress, Is.False);
    }

    private void Keep() => _memory.InProgress.Keep(new PersistentVolumeClaim { Metadata = new ObjectMeta { Name = "claim", Uid = Uid } }, "pvc-1");
}
