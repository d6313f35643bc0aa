using Sidecars.Hosting.Flags;

namespace Sidecars.Hosting.Tests.Flags;

[TestFixture]
internal sealed class FeatureGateSetTests
{
    private readonly FeatureGateSet _gates = new(
    [
        new FeatureGate("Topology", true, FeatureStage.Stable),
        new FeatureGate("Fixed", true, FeatureStage.Stable, Locked: true),
        new FeatureGate("Annotate", true, FeatureStage.Beta),
        new FeatureGate("ReleaseLeaderElectionOnExit", false, FeatureStage.Alpha),
    ], ["HonorPVReclaimPolicy"]);

    [Test]
    public void Without_settings_the_defaults_hold()
    {
        var gates = Apply();
        Assert.That(gates.Error, Is.Null);
        Assert.That(gates.Warnings, Is.Empty);
        Assert.That(gates.IsEnabled("Topology"), Is.True);
        Assert.That(gates.IsEnabled("ReleaseLeaderElectionOnExit"), Is.False);
        Assert.That(gates.IsExplicit("Topology"), Is.False);
    }

    [Test]
    public void A_name_that_never_existed_is_an_error()
    {
        var gates = Apply(("Nope", true), ("Annotate", false));
        Assert.That(gates.Error, Is.EqualTo("unrecognized feature gate: Nope"));
        Assert.That(gates.IsEnabled("Annotate"), Is.True, "nothing is applied beside an error");
    }

    [Test]
    public void Names_are_case_sensitive() => Assert.That(Apply(("topology", true)).Error, Is.Not.Null);

    [Test]
    public void A_retired_name_is_a_warning_that_names_it()
    {
        var gates = Apply(("HonorPVReclaimPolicy", true));
        Assert.That(gates.Error, Is.Null);
        Assert.That(gates.Warnings, Has.One.Contains("HonorPVReclaimPolicy"));
    }

    [Test]
    public void Setting_a_stable_gate_works_and_warns()
    {
        var gates = Apply(("Topology", false));
        Assert.That(gates.IsEnabled("Topology"), Is.False);
        Assert.That(gates.IsExplicit("Topology"), Is.True);
        Assert.That(gates.Warnings, Has.One.Contains("Topology"));
    }

    [Test]
    public void A_locked_gate_keeps_its_default()
    {
        Assert.That(Apply(("Fixed", false)).Error, Does.Contain("Fixed").And.Contains("locked"));
        Assert.That(Apply(("Fixed", true)).Error, Is.Null);
    }

    [Test]
    public void Group_switches_reach_their_stage_but_not_what_is_named()
    {
        var gates = Apply(("AllAlpha", true), ("AllBeta", false), ("Annotate", true));
        Assert.That(gates.Error, Is.Null);
        Assert.That(gates.IsEnabled("ReleaseLeaderElectionOnExit"), Is.True);
        Assert.That(gates.IsEnabled("Annotate"), Is.True);
        Assert.That(gates.IsEnabled("Topology"), Is.True);
        Assert.That(gates.IsExplicit("ReleaseLeaderElectionOnExit"), Is.False);
    }

    [Test]
    public void The_usage_lists_every_gate_with_its_default() =>
        Assert.That(_gates.Usage(), Does.Contain("\nAnnotate=true|false (BETA - default=true)\n").And.Contains("\nTopology=true|false (default=true)"));

    private FeatureGates Apply(params (string Name, bool Value)[] settings) =>
        _gates.Apply(settings.ToDictionary(setting => setting.Name, setting => setting.Value));
}
