namespace Sidecars.Hosting.Metrics;

/// <summary>Lock-free addition on a double.</summary>
internal static class Atomic
{
    public static void Add(ref double target, double amount)
    {
        var seen = Volatile.Read(ref target);
        while (true)
        {
            var before = Interlocked.CompareExchange(ref target, seen + amount, seen);
            // Compared by bits: NaN is unequal to itself and would spin for ever.
            if (BitConverter.DoubleToInt64Bits(before) == BitConverter.DoubleToInt64Bits(seen)) return;
            seen = before;
        }
    }
}
