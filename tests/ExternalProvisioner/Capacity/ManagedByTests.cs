using Sidecars.ExternalProvisioner.Capacity;

namespace Sidecars.ExternalProvisioner.Tests.Capacity;

/// <summary>By which label objects of capacity are known again (provisioner contract 9.3).</summary>
internal sealed class ManagedByTests
{
    private static IEnumerable<TestCaseData> Ids() =>
    [
        Case("The_cluster", null, "external-provisioner"),
        Case("A_node", "worker-1", "external-provisioner-worker-1"),
        Case("A_node_that_just_fits", "node" + new string('a', 38), "external-provisioner-node" + new string('a', 38)),
        Case("A_long_name", "node" + new string('a', 39), "external-p-53f40b57-node" + new string('a', 39)),
        Case("The_longest_name_that_is_readable", "node" + new string('a', 48), "e-53f40b57-node" + new string('a', 48)),
        Case("A_name_too_long_for_a_label", "node" + new string('a', 49), "external-provisioner-a3607ff1"),
    ];

    [TestCaseSource(nameof(Ids))]
    public void An_id_fits_into_a_label(string? node, string expected)
    {
        Assert.That(ManagedBy.Of(node), Is.EqualTo(expected));
        Assert.That(ManagedBy.Of(node), Has.Length.LessThanOrEqualTo(63));
    }

    private static TestCaseData Case(string name, string? node, string expected) => new TestCaseData(node, expected).SetName(name);
}
