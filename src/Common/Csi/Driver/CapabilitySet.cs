using System.Collections.Frozen;

namespace Sidecars.Csi;

/// <summary>
/// Capability numbers of one service. Numbers nobody knows, and UNKNOWN, are kept as members: they unlock nothing, but they are what the driver
/// said (common contract 3.8).
/// </summary>
internal readonly record struct CapabilitySet(FrozenSet<int> Numbers)
{
    internal static CapabilitySet Of(IEnumerable<int> numbers) => new(numbers.ToFrozenSet());

    internal bool Has(int number) => Numbers?.Contains(number) ?? false;
}
