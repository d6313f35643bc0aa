using FsCheck;
using FsCheck.Fluent;

namespace Sidecars.Hosting.Tests.Values;

[TestFixture]
internal sealed class GoDurationTests
{
    [TestCase("0", 0)]
    [TestCase("-0", 0)]
    [TestCase("5s", 5_000)]
    [TestCase("+5s", 5_000)]
    [TestCase("-1.5h", -5_400_000)]
    [TestCase("1h2m3s4ms", 3_723_004)]
    [TestCase(".5s", 500)]
    [TestCase("1.s", 1_000)]
    [TestCase("1m1m", 120_000)]
    [TestCase("1000us", 1)]
    [TestCase("1000\u00b5s", 1)]
    [TestCase("1000\u03bcs", 1)]
    [TestCase("3000000ns", 3)]
    [TestCase("0.3333333333333333333h", 1_200_000)]
    public void Go_syntax_is_read(string text, double milliseconds)
    {
        Assert.That(GoDuration.TryParse(text, out var duration, out _), Is.True);
        Assert.That(duration.TotalMilliseconds, Is.EqualTo(milliseconds).Within(0.001));
    }

    [TestCase("", "time: invalid duration \"\"")]
    [TestCase("-", "time: invalid duration \"-\"")]
    [TestCase(".", "time: invalid duration \".\"")]
    [TestCase(".s", "time: invalid duration \".s\"")]
    [TestCase("s", "time: invalid duration \"s\"")]
    [TestCase("3", "time: missing unit in duration \"3\"")]
    [TestCase("1.5", "time: missing unit in duration \"1.5\"")]
    [TestCase("1h 2m", "time: unknown unit \"h \" in duration \"1h 2m\"")]
    [TestCase("1d", "time: unknown unit \"d\" in duration \"1d\"")]
    [TestCase("1S", "time: unknown unit \"S\" in duration \"1S\"")]
    [TestCase("9223372036854775808ns", "time: invalid duration \"9223372036854775808ns\"")]
    [TestCase("2562048h", "time: invalid duration \"2562048h\"")]
    [TestCase("--1s", "time: invalid duration \"--1s\"")]
    public void Anything_else_is_refused_in_the_words_of_the_original(string text, string error)
    {
        Assert.That(GoDuration.TryParse(text, out _, out var actual), Is.False);
        Assert.That(actual, Is.EqualTo(error));
    }

    [Test]
    public void The_range_ends_where_the_originals_range_ends()
    {
        Assert.That(GoDuration.TryParse("2562047h47m16.854775807s", out var longest, out _), Is.True);
        Assert.That(GoDuration.Format(longest), Is.EqualTo("2562047h47m16.8547758s"));
        Assert.That(GoDuration.TryParse("-2562047h47m16.854775808s", out _, out _), Is.True);
        Assert.That(GoDuration.TryParse("2562047h47m16.854775808s", out _, out _), Is.False);
    }

    [Test]
    public void A_nanosecond_does_not_become_zero()
    {
        Assert.That(GoDuration.TryParse("1ns", out var duration, out _), Is.True);
        Assert.That(duration, Is.GreaterThan(TimeSpan.Zero));
    }

    [TestCase(0, "0s")]
    [TestCase(1, "100ns")]
    [TestCase(11, "1.1µs")]
    [TestCase(22_000, "2.2ms")]
    [TestCase(1_000_000, "100ms")]
    [TestCase(15_000_000, "1.5s")]
    [TestCase(150_000_000, "15s")]
    [TestCase(600_000_000, "1m0s")]
    [TestCase(36_000_000_000, "1h0m0s")]
    [TestCase(-36_610_000_000, "-1h1m1s")]
    public void Durations_print_as_in_the_originals(long ticks, string text) =>
        Assert.That(GoDuration.Format(TimeSpan.FromTicks(ticks)), Is.EqualTo(text));

    [Test]
    public void The_smallest_and_largest_time_spans_print()
    {
        Assert.That(GoDuration.Format(TimeSpan.MinValue), Is.EqualTo("-256204778h48m5.4775808s"));
        Assert.That(GoDuration.Format(TimeSpan.MaxValue), Is.EqualTo("256204778h48m5.4775807s"));
    }

    [Test]
    public void What_is_printed_reads_back_the_same() =>
        Prop.ForAll<long>(seed =>
        {
            // Within the range of Go's 64 bits of nanoseconds, with all magnitudes equally likely.
            var ticks = (seed ^ (seed << 31)) % (long.MaxValue / 100) >> (int)(Math.Abs(seed % 60));
            var duration = TimeSpan.FromTicks(ticks);
            return GoDuration.TryParse(GoDuration.Format(duration), out var read, out _) && read == duration;
        }).QuickCheckThrowOnFailure();

    [Test]
    public void Any_text_is_read_or_refused_with_a_reason() =>
        Prop.ForAll<string>(text => GoDuration.TryParse(text ?? "", out var duration, out var error)
            ? error.Length == 0
            : error.Length > 0 && duration == TimeSpan.Zero).QuickCheckThrowOnFailure();
}
