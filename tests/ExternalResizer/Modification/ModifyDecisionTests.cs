using Sidecars.ExternalResizer.Modification;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalResizer.Tests.Modification;

/// <summary>Every step of the contract's decision (resizer contract 11.3).</summary>
internal sealed class ModifyDecisionTests
{
    [TestCase(null, null, null, null, false, "Nothing", "")]
    [TestCase("", null, null, null, false, "Nothing", "")]
    [TestCase("gold", "gold", null, null, false, "Nothing", "")]
    [TestCase("gold", null, null, null, false, "Begin", "gold")]
    [TestCase("gold", "silver", null, null, false, "Begin", "gold")]
    [TestCase("gold", null, null, "Pending", false, "Begin", "gold")]
    [TestCase("gold", null, "gold", "Infeasible", false, "Begin", "gold")]
    [TestCase("silver", "silver", "gold", "Infeasible", false, "Begin", "silver")] // the volume is given back what it has
    [TestCase("gold", null, "gold", "InProgress", false, "Begin", "gold")]
    [TestCase("silver", null, "gold", "InProgress", false, "Begin", "silver")]
    [TestCase("silver", null, "gold", "InProgress", true, "Continue", "gold")]
    [TestCase("gold", null, "gold", "InProgress", true, "Continue", "gold")]
    [TestCase(null, null, "gold", "InProgress", false, "Continue", "gold")]
    [TestCase(null, null, "gold", "InProgress", true, "Continue", "gold")]
    [TestCase(null, "silver", "", "InProgress", true, "Nothing", "")]
    public void A_decision(string? wanted, string? current, string? target, string? state, bool isUncertain, string step, string attributesClass)
    {
        var decision = ModifyDecision.Of(wanted, current, target, state, isUncertain, isWaitedFor: false, isShown: false);
        Assert.That((decision.Step.ToString(), decision.Class ?? ""), Is.EqualTo((step, attributesClass)));
    }

    [TestCase(null, "Infeasible", true, "Cancel")]
    [TestCase("", "Pending", true, "Cancel")]
    [TestCase(null, "Infeasible", false, "Nothing")]
    [TestCase(null, "InProgress", true, "Continue")]
    public void A_wish_that_is_taken_back_is_cancelled_where_it_is_shown_and_not_under_way(string? wanted, string state, bool isShown, string step) =>
        Assert.That(ModifyDecision.Of(wanted, "silver", "gold", state, false, false, isShown).Step.ToString(), Is.EqualTo(step));

    [TestCase("silver", "Begin", "silver")]
    [TestCase("gold", "Continue", "gold")]
    public void A_target_that_never_comes_to_an_end_holds_up_another_class_no_longer_than_the_long_pause(string wanted, string step, string attributesClass)
    {
        var decision = ModifyDecision.Of(wanted, null, "gold", "InProgress", isUncertain: true, isWaitedFor: true, isShown: true);
        Assert.That((decision.Step.ToString(), decision.Class), Is.EqualTo((step, attributesClass)));
    }

    [TestCase("silver", "gold", true)]
    [TestCase("gold", "gold", false)]
    [TestCase("gold", null, false, TestName = "A server that keeps nothing of what was written is not asked again and again")]
    [TestCase("silver", null, true)]
    [TestCase(null, "gold", false)]
    public void What_follows_at_once_on_a_class_that_was_given_is_another_one(string? wanted, string? current, bool follows)
    {
        var claim = new PersistentVolumeClaim
        {
            Spec = new ClaimSpec { VolumeAttributesClassName = wanted }, Status = new ClaimStatus { CurrentVolumeAttributesClassName = current },
        };
        Assert.That(ModifyReconciler.IsNextWanted(claim, given: "gold"), Is.EqualTo(follows));
    }
}
