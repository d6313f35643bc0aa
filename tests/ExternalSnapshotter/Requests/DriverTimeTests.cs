using Google.Protobuf.WellKnownTypes;
using Sidecars.ExternalSnapshotter.Requests;

namespace Sidecars.ExternalSnapshotter.Tests.Requests;

internal sealed class DriverTimeTests
{
    [TestCase(1767225600L, 5, 1767225600000000005L)]
    [TestCase(0L, 5, 5L)]
    [TestCase(0L, 0, null)]
    [TestCase(-1L, 0, null)]
    [TestCase(-62135596800L, 0, null)]
    [TestCase(9223372035L, 999999999, 9223372035999999999L)]
    [TestCase(9223372036L, 999999999, null, Description = "beyond what 64 bits hold")]
    [TestCase(253402300799L, 0, null)]
    [TestCase(1L, -1, null)]
    [TestCase(1L, 1000000000, null)]
    public void A_time_is_nanoseconds_or_unknown(long seconds, int nanos, long? expected) =>
        Assert.That(DriverTime.Nanoseconds(new Timestamp { Seconds = seconds, Nanos = nanos }), Is.EqualTo(expected));

    [TestCase(1767225600L, 5, "2026-01-01T00:00:00Z")]
    [TestCase(253402300799L, 0, "9999-12-31T23:59:59Z")]
    [TestCase(253402300800L, 0, null)]
    [TestCase(0L, 0, null)]
    [TestCase(-5L, 0, null)]
    public void A_time_is_a_date_or_unknown(long seconds, int nanos, string? expected) => Assert.That(
        DriverTime.Date(new Timestamp { Seconds = seconds, Nanos = nanos }),
        Is.EqualTo(expected is null ? (DateTimeOffset?)null : DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture)));

    [Test]
    public void What_is_missing_is_unknown() =>
        Assert.That((DriverTime.Nanoseconds((Timestamp?)null), DriverTime.Date(null)), Is.EqualTo(((long?)null, (DateTimeOffset?)null)));

    [TestCase(0L, null)]
    [TestCase(-1L, null)]
    [TestCase(1L, 1L)]
    public void A_size_of_nothing_is_unknown(long bytes, long? expected) => Assert.That(DriverTime.Size(bytes), Is.EqualTo(expected));

    [Test]
    public void A_moment_is_nanoseconds() =>
        Assert.That(DriverTime.Nanoseconds(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddTicks(1)), Is.EqualTo(1767225600000000100L));
}
