namespace Sidecars.Playground.Tests.Charts;

/// <summary>Where a driver and the values of its chart disagree, either way.</summary>
internal sealed class CapabilityTableTests
{
    private static IEnumerable<TestCaseData> Rows() => CapabilityTable.All.Select(row => new TestCaseData(row.Ability, row.Key, row.Announced));

    [TestCaseSource(nameof(Rows))]
    public void What_only_the_driver_has_is_missing_in_the_values(object ability, string key, string announced) => Assert.That(
        CapabilityTable.Disagreements("d.example.com", Set(ability), Set()),
        Is.EqualTo((string[])[$"d.example.com announces {announced}, and the values lack csi-sidecars.capabilities.{key}"]));

    [TestCaseSource(nameof(Rows))]
    public void What_only_the_values_have_the_driver_does_not_announce(object ability, string key, string announced) => Assert.That(
        CapabilityTable.Disagreements("d.example.com", Set(), Set(ability)),
        Is.EqualTo((string[])[$"the values have csi-sidecars.capabilities.{key}, and d.example.com does not announce {announced}"]));

    [TestCaseSource(nameof(Rows))]
    public void What_both_have_is_nothing_to_speak_of(object ability, string key, string announced) =>
        Assert.That(CapabilityTable.Disagreements("d.example.com", Set(ability), Set(ability)), Is.Empty, $"{key} is {announced}");

    [Test]
    public void Each_ability_has_its_row() => Assert.That(CapabilityTable.All.Select(row => row.Ability), Is.EqualTo(Enum.GetValues<DriverAbility>()));

    private static HashSet<DriverAbility> Set(params object[] abilities) => [.. abilities.Cast<DriverAbility>()];
}
