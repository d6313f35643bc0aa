using Sidecars.HostPathDriver.Storage;

namespace Sidecars.HostPathDriver.Tests.Storage;

internal sealed class SpaceAccountTests
{
    [Test]
    public void Reservations_and_promises_together_never_exceed_the_capacity()
    {
        var account = new SpaceAccount(10, () => 4);
        using var first = account.TryReserve(5);
        Assert.Multiple(() =>
        {
            Assert.That(first, Is.Not.Null);
            Assert.That(account.TryReserve(2), Is.Null);
            Assert.That(account.Available, Is.EqualTo(1));
        });
    }

    [Test]
    public void A_reservation_given_back_twice_counts_once()
    {
        var account = new SpaceAccount(10, () => 0);
        var reservation = account.TryReserve(6)!;
        reservation.Dispose();
        reservation.Dispose();
        Assert.That(account.Available, Is.EqualTo(10));
    }

    [Test]
    public void A_capacity_made_smaller_than_what_is_promised_leaves_nothing_not_less() =>
        Assert.That(new SpaceAccount(10, () => 40).Available, Is.Zero);
}
