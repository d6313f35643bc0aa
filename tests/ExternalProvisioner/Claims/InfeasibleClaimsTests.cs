using Microsoft.Extensions.Time.Testing;
using Sidecars.ExternalProvisioner.Claims;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Tests.Claims;

public sealed class InfeasibleClaimsTests
{
    private readonly FakeTimeProvider _time = new();

    [Test]
    public void A_claim_is_left_alone_for_the_retention_time()
    {
        var infeasible = new InfeasibleClaims(TimeSpan.FromMinutes(5), _time);
        infeasible.Add("u", Class("c1"));
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.That(infeasible.Remaining("u", Class("c1")), Is.EqualTo(TimeSpan.FromMinutes(3)));
        _time.Advance(TimeSpan.FromMinutes(3));
        Assert.That(infeasible.Remaining("u", Class("c1")), Is.EqualTo(TimeSpan.Zero));
    }

    [Test]
    public void A_class_made_anew_ends_the_wait_for_good()
    {
        var infeasible = new InfeasibleClaims(TimeSpan.FromMinutes(5), _time);
        infeasible.Add("u", Class("c1"));
        Assert.That(infeasible.Remaining("u", Class("c2")), Is.EqualTo(TimeSpan.Zero));
        Assert.That(infeasible.Remaining("u", Class("c1")), Is.EqualTo(TimeSpan.Zero));
    }

    private static StorageClass Class(string uid) => new() { Metadata = { Uid = uid } };
}
