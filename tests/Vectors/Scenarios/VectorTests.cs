using Grpc.Core;

namespace Sidecars.Vectors.Tests;

public sealed class VectorTests
{
    private static readonly string[] Operations = ["apply", "start", "stop", "kill", "patch", "delete", "driver", "wait", "settle"];

    private static IEnumerable<string> Scenarios => Vector.Names;

    [TestCaseSource(nameof(Scenarios))]
    public void A_scenario_has_only_steps_programs_and_rules_that_can_be_replayed(string scenario)
    {
        var vector = Vector.Load(scenario);
        Assert.That(vector.Name, Is.EqualTo(scenario));
        Assert.That(vector.Steps.Select(s => s.Operation).Distinct(), Is.SubsetOf(Operations));
        Assert.That(vector.Sidecars.Select(SidecarPrograms.ProgramOf), Is.Not.Empty);
        Assert.That(vector.Driver("/x").Name, Is.Not.Empty);
    }

    [Test]
    public void There_are_scenarios() => Assert.That(Vector.Names, Has.Count.GreaterThanOrEqualTo(41));

    [Test]
    public void Rules_of_the_driver_are_read_in_full()
    {
        var options = Vector.Parse("""
            {"driver":{"name":"d","caps":["GET_CAPACITY"],"script":{"CreateVolume":[{"code":"Canceled","message":"m","delay":0.5},{},null,{"response":{"volume":{}}}]}}}
            """).Driver("/run/csi.sock");
        var rules = options.Script["CreateVolume"];
        Assert.That((options.Name, options.SocketPath, options.ControllerCapabilities.Single()), Is.EqualTo(("d", "/run/csi.sock", "GET_CAPACITY")));
        Assert.That((rules[0].Code, rules[0].Message, rules[0].Delay), Is.EqualTo((StatusCode.Cancelled, "m", TimeSpan.FromSeconds(0.5))));
        Assert.That(rules.Skip(1).Take(2).Select(r => (r.Code, r.Response)), Is.All.EqualTo((StatusCode.OK, (System.Text.Json.Nodes.JsonNode?)null)));
        Assert.That(rules[3].Response!.ToJsonString(), Is.EqualTo("""{"volume":{}}"""));
    }

    [Test]
    public void Each_program_gets_its_own_flags()
    {
        var vector = Vector.Parse("""{"sidecar":["snapshot-controller","external-snapshotter"],"args":{"external-snapshotter":["--x"]}}""");
        Assert.That(vector.Sidecars, Is.EqualTo(new[] { "snapshot-controller", "external-snapshotter" }));
        Assert.That(vector.ArgumentsOf("snapshot-controller"), Is.Empty);
        Assert.That(
            SidecarPrograms.Arguments("external-snapshotter", "/k", "/s", vector.ArgumentsOf("external-snapshotter")),
            Is.EqualTo(new[] { "--leader-election=false", "--kube-api-qps=1000", "--kube-api-burst=1000", "--kubeconfig=/k", "--csi-address=/s", "--x" }));
        Assert.That(SidecarPrograms.Arguments("snapshot-controller", "/k", "/s", []), Has.None.Contain("csi-address"));
    }
}
