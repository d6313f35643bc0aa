using Sidecars.ExternalResizer.Expansion;
using Sidecars.Hosting;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalResizer.Tests.Expansion;

/// <summary>Every row of the contract's table of targets (resizer contract 6.5). Sizes: asked, volume, allocated; 0 is none.</summary>
internal sealed class ExpansionTargetTests
{
    // The volume is smaller than what is asked for.
    [TestCase(5, 3, 10, "NodeResizeInfeasible", false, 10, false)]
    [TestCase(5, 3, 0, "NodeResizeInfeasible", false, 5, true)]
    [TestCase(10, 1, 3, "NodeResizePending", false, 3, false)]
    [TestCase(10, 3, 3, "NodeResizePending", false, 0, false)]
    [TestCase(10, 3, 3, "NodeResizeInProgress", false, 0, false)]
    [TestCase(10, 1, 0, "NodeResizeInProgress", false, 10, true)]
    [TestCase(5, 3, 10, "ControllerResizeInProgress", true, 5, true)]
    [TestCase(5, 3, 10, "ControllerResizeInProgress", false, 10, false)]
    [TestCase(5, 3, 0, "ControllerResizeInProgress", false, 5, true)]
    [TestCase(5, 3, 10, "ControllerResizeInfeasible", false, 5, true)]
    [TestCase(5, 3, 5, "ControllerResizeInfeasible", false, 5, false)]
    [TestCase(2, 1, 0, "", false, 2, true)]
    [TestCase(2, 1, 3, "", false, 2, true)]
    [TestCase(2, 1, 3, "SomethingNew", false, 2, true)]
    // The volume is as large, or larger.
    [TestCase(1, 1, 1, "NodeResizePending", false, 0, false)]
    [TestCase(1, 1, 1, "NodeResizeInProgress", false, 0, false)]
    [TestCase(2, 2, 2, "NodeResizeInfeasible", false, 2, false)]
    [TestCase(5, 10, 10, "NodeResizeInfeasible", false, 10, false)]
    [TestCase(5, 10, 0, "NodeResizeInfeasible", false, 5, true)]
    [TestCase(5, 10, 10, "ControllerResizeInProgress", false, 10, false)]
    [TestCase(5, 10, 10, "ControllerResizeInfeasible", false, 10, false)]
    [TestCase(5, 10, 0, "ControllerResizeInfeasible", false, 5, true)]
    [TestCase(5, 10, 10, "", false, 10, false)]
    [TestCase(1, 1, 0, "", false, 1, true)]
    [TestCase(1, 1, 4, "SomethingNew", false, 1, true)]
    public void A_target(int asked, int volume, int allocated, string state, bool failedFinally, int target, bool isNew) =>
        Assert.That(ExpansionTarget.Of(View(asked, volume, allocated, state, failedFinally)), Is.EqualTo(Expected(target, isNew)));

    [TestCase(3, 100, 2, "", 3, true)]
    [TestCase(3, 2, 2, "", 3, true)]
    [TestCase(3, 100, 2, "ControllerResizeInProgress", 3, true)]
    [TestCase(3, 1, 2, "ControllerResizeInfeasible", 3, true)]
    [TestCase(3, 2, 2, "NodeResizeInfeasible", 3, true)]
    [TestCase(3, 2, 2, "NodeResizePending", 0, false)]
    public void What_the_claim_has_already_is_under_way_nowhere(int asked, int volume, int allocated, string state, int target, bool isNew) =>
        Assert.That(ExpansionTarget.Of(View(asked, volume, allocated, state) with { Has = Of(2) }), Is.EqualTo(Expected(target, isNew)));

    [TestCase(5, 10, 10, "NodeResizeInfeasible", 5, true)]
    [TestCase(10, 10, 10, "NodeResizeInfeasible", 10, false)]
    public void Where_nodes_alone_expand_a_smaller_wish_counts(int asked, int volume, int allocated, string state, int target, bool isNew) =>
        Assert.That(ExpansionTarget.Of(View(asked, volume, allocated, state) with { IsNodesAlone = true }), Is.EqualTo(Expected(target, isNew) with { TakesBack = true }));

    [TestCase("", 0)]
    [TestCase("SomethingNew", 4)]
    public void On_a_server_without_states_the_condition_says_that_it_is_the_nodes_turn(string state, int allocated) =>
        Assert.That(ExpansionTarget.Of(View(1, 1, allocated, state) with { WaitsForFileSystem = true }), Is.EqualTo(ExpansionTarget.None));

    [TestCase(2, 1, false, 2)]
    [TestCase(2, 1, true, 2)]
    [TestCase(2, 2, false, 2)]
    [TestCase(2, 2, true, 0)]
    public void Without_recovery_the_asked_size_is_made(int asked, int volume, bool waits, int target) =>
        Assert.That(ExpansionTarget.WithoutRecovery(View(asked, volume, 7, "NodeResizePending") with { WaitsForFileSystem = waits }), Is.EqualTo(Expected(target, isNew: target > 0)));

    [Test]
    public void A_size_in_other_words_is_the_same()
    {
        Assert.That(Quantity.TryParse("2048Mi", out var allocated), Is.True);
        Assert.That(ExpansionTarget.Of(View(2, 1, 0, "ControllerResizeInProgress") with { Allocated = allocated }).IsNew, Is.False);
    }

    private static ResizeView View(int asked, int volume, int allocated, string state, bool failedFinally = false) => new()
    {
        Asked = Of(asked), VolumeHas = Of(volume), Allocated = allocated > 0 ? Of(allocated) : null, State = ResizeStates.Of(state), FailedFinally = failedFinally,
    };

    private static ExpansionTarget Expected(int target, bool isNew) => target > 0 ? new ExpansionTarget(Of(target), isNew) : ExpansionTarget.None;

    private static Quantity Of(int gibibytes) => Quantity.FromBytes(gibibytes * 1073741824L);

    [TestCase("3Gi", "2Gi", true)]
    [TestCase("2Gi", "2Gi", false)]
    [TestCase("2Gi", "1Gi", false, TestName = "A server that keeps nothing of what was written is not asked again and again, for sizes too")]
    [TestCase("3Gi", "1Gi", true)]
    public void What_follows_at_once_on_a_size_that_was_made_is_a_larger_one(string asked, string has, bool follows)
    {
        var claim = new PersistentVolumeClaim
        {
            Spec = new ClaimSpec { Resources = new ResourceRequirements { Requests = StringMap.From([new("storage", asked)]) } },
            Status = new ClaimStatus { Capacity = StringMap.From([new("storage", has)]) },
        };
        Assert.That(ExpandReconciler.IsMoreWanted(claim, madeBytes: 2L << 30), Is.EqualTo(follows));
    }
}
