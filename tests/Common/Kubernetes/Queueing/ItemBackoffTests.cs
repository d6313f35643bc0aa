using Sidecars.Kubernetes.Queueing;

namespace Sidecars.Kubernetes.Tests.Queueing;

public sealed class ItemBackoffTests
{
    [Test]
    public void Delays_double_up_to_the_cap()
    {
        var backoff = new ItemBackoff<string>(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5));
        var seconds = Enumerable.Range(0, 12).Select(_ => backoff.Next("a").TotalSeconds);
        Assert.That(seconds, Is.EqualTo(new double[] { 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300 }));
    }

    [Test]
    public void A_forgotten_item_starts_anew_and_others_are_untouched()
    {
        var backoff = new ItemBackoff<string>(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5));
        backoff.Next("a");
        backoff.Next("b");
        backoff.Forget("a");
        Assert.That(backoff.Next("a"), Is.EqualTo(TimeSpan.FromSeconds(1)));
        Assert.That(backoff.Next("b"), Is.EqualTo(TimeSpan.FromSeconds(2)));
        Assert.That(backoff.FailuresOf("b"), Is.EqualTo(2));
    }

    [Test]
    public void Thousands_of_failures_stay_at_the_cap()
    {
        var backoff = new ItemBackoff<string>(TimeSpan.FromMilliseconds(5), TimeSpan.FromSeconds(1000));
        for (var i = 0; i < 5000; i++) backoff.Next("a");
        Assert.That(backoff.Next("a"), Is.EqualTo(TimeSpan.FromSeconds(1000)));
    }
}
