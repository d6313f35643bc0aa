using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalResizer.Tests;

/// <summary>What is kept of objects, and of which.</summary>
internal sealed class ReadingsTests
{
    [Test]
    public void A_pod_keeps_the_claims_in_use_that_it_names_or_brings()
    {
        var kept = new Pod();
        Readings.Pod(Of("Running"), kept);
        Assert.That(kept.Claims, Is.EqualTo((string[])["named", "p-scratch"]));
        Assert.That((kept.Spec, kept.Status), Is.EqualTo(((PodSpec?)null, (PodStatus?)null)));
    }

    [TestCase("Pending", true)]
    [TestCase("Running", true)]
    [TestCase("Unknown", true)]
    [TestCase("Succeeded", false)]
    [TestCase("Failed", false)]
    public void A_pod_that_is_over_uses_nothing(string phase, bool uses) => Assert.That(Readings.UsesClaims(Of(phase)), Is.EqualTo(uses));

    [Test]
    public void A_pod_without_claims_is_nobodys_business() =>
        Assert.That(Readings.UsesClaims(new Pod { Spec = new PodSpec { Volumes = [new PodVolume { Name = "tmp" }] } }), Is.False);

    [Test]
    public void Claims_of_one_size_share_it()
    {
        var kept = Enumerable.Range(0, 2).Select(_ =>
        {
            var claim = new PersistentVolumeClaim();
            Readings.Claim(new PersistentVolumeClaim
            {
                Spec = new ClaimSpec { VolumeName = "pv", Resources = new ResourceRequirements { Requests = StringMap.From([new("storage", "7Gi"), new("cpu", "1")]) } },
                Status = new ClaimStatus { Phase = "Bound", Capacity = StringMap.From([new("storage", "7Gi")]) },
            }, claim);
            return claim;
        }).ToList();
        Assert.That(kept[0].Spec.Resources, Is.SameAs(kept[1].Spec.Resources));
        Assert.That(kept[0].Status!.Capacity, Is.SameAs(kept[1].Status!.Capacity).And.SameAs(kept[0].Spec.Resources!.Requests));
        Assert.That(kept[0].Spec.Resources!.Requests!.Has("cpu"), Is.False);
    }

    private static Pod Of(string phase) => new()
    {
        Metadata = new ObjectMeta { Name = "p", Namespace = "default" },
        Spec = new PodSpec
        {
            Volumes =
            [
                new PodVolume { Name = "v", PersistentVolumeClaim = new PodClaim { ClaimName = "named" } },
                new PodVolume { Name = "scratch", Ephemeral = PresenceOnly.Present },
                new PodVolume { Name = "tmp" },
            ],
        },
        Status = new PodStatus { Phase = phase },
    };
}
