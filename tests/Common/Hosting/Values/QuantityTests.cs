using System.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace Sidecars.Hosting.Tests.Values;

[TestFixture]
internal sealed class QuantityTests
{
    [TestCase("0", "0", 0)]
    [TestCase("-0", "0", 0)]
    [TestCase("1", "1", 1)]
    [TestCase("+1", "1", 1)]
    [TestCase("001", "1", 1)]
    [TestCase("1.", "1", 1)]
    [TestCase(".5", "500m", 1)]
    [TestCase("1.5", "1500m", 2)]
    [TestCase("-1.5", "-1500m", -2)]
    [TestCase("100m", "100m", 1)]
    [TestCase("1000m", "1", 1)]
    [TestCase("1500000", "1500k", 1_500_000)]
    [TestCase("2G", "2G", 2_000_000_000)]
    [TestCase("2Gi", "2Gi", 2_147_483_648)]
    [TestCase("1.5Gi", "1536Mi", 1_610_612_736)]
    [TestCase("1024Ki", "1Mi", 1_048_576)]
    [TestCase("1023Ki", "1023Ki", 1_047_552)]
    [TestCase("0.5Ki", "512", 512)]
    [TestCase("0.0001Ki", "102400u", 1)]
    [TestCase("1e3", "1e3", 1000)]
    [TestCase("1E3", "1e3", 1000)]
    [TestCase("15e2", "1500", 1500)]
    [TestCase("1e-3", "1e-3", 1)]
    [TestCase("1E", "1E", 1_000_000_000_000_000_000)]
    [TestCase("7Ei", "7Ei", 8_070_450_532_247_928_832)]
    [TestCase("1n", "1n", 1)]
    [TestCase("0.1n", "1n", 1)]
    [TestCase("-0.1n", "-1n", -1)]
    [TestCase("1.0000000001", "1000000001n", 2)]
    [TestCase("1e-100", "1n", 1, "1e-9")]
    [TestCase("0e1000000", "0", 0)]
    public void Quantities_read_and_print_canonically(string text, string canonical, long value, string? exponentForm = null)
    {
        Assert.That(Quantity.TryParse(text, out var quantity), Is.True);
        Assert.That(quantity.ToString(), Is.EqualTo(exponentForm ?? canonical));
        Assert.That(quantity.Value, Is.EqualTo(value));
    }

    [TestCase("8Ei")]
    [TestCase("16Ei")]
    [TestCase("8589934592Gi")]
    [TestCase("9223372036854775807.5Ki")]
    [TestCase("99999999999999999999999999999999999999999999Ki")]
    public void What_is_too_large_in_the_binary_family_is_cut_to_63_bits(string text)
    {
        Assert.That(Quantity.TryParse(text, out var quantity), Is.True);
        Assert.That((quantity.Value, quantity.IsInt64, quantity.ToString()), Is.EqualTo((long.MaxValue, true, "9223372036854775807")));
        Assert.That(Quantity.TryParse("-" + text, out var negative), Is.True);
        Assert.That(negative.Value, Is.EqualTo(-long.MaxValue));
    }

    [TestCase("10E", "10E")]
    [TestCase("73786976299133170k", "73786976299133170k")]
    [TestCase("9223372036854775808", "9223372036854775808")]
    [TestCase("9223372036854775807.1", "9223372036854775807100m")]
    [TestCase("1e20", "100e18")]
    [TestCase("1e30", null)]
    [TestCase("1e999999999999", null)]
    [TestCase("99999999999999999999999999999999999999999999", null)]
    public void What_is_too_large_in_another_is_kept_and_known_for_it(string text, string? canonical)
    {
        Assert.That(Quantity.TryParse(text, out var quantity), Is.True);
        Assert.That((quantity.Value, quantity.IsInt64), Is.EqualTo((long.MaxValue, false)));
        if (canonical is not null) Assert.That(quantity.ToString(), Is.EqualTo(canonical));
        Assert.That(Quantity.TryParse("-" + text, out var negative), Is.True);
        Assert.That((negative.Value, negative.IsInt64), Is.EqualTo((-long.MaxValue, false)));
    }

    [TestCase("9223372036854775807")]
    [TestCase("-9223372036854775807")]
    [TestCase("9223372036854775806.1")]
    public void What_just_fits_fits(string text)
    {
        Assert.That(Quantity.TryParse(text, out var quantity), Is.True);
        Assert.That(quantity.IsInt64, Is.True);
        Assert.That(Math.Abs(quantity.Value), Is.EqualTo(long.MaxValue));
    }

    [TestCase("")]
    [TestCase("-")]
    [TestCase(".")]
    [TestCase("1.1.1")]
    [TestCase("1..")]
    [TestCase("1 ")]
    [TestCase(" 1")]
    [TestCase("1K")]
    [TestCase("1mi")]
    [TestCase("1gi")]
    [TestCase("1GB")]
    [TestCase("1Gib")]
    [TestCase("1e")]
    [TestCase("1e+")]
    [TestCase("1e3.5")]
    [TestCase("--1")]
    [TestCase("Gi")]
    [TestCase("0x10")]
    public void Anything_else_is_refused(string text) => Assert.That(Quantity.TryParse(text, out _), Is.False);

    [TestCase(1_073_741_824, "1Gi")]
    [TestCase(1_500_000_000, "1500000000")]
    [TestCase(1_610_612_736, "1536Mi")]
    [TestCase(1000, "1k")]
    [TestCase(1024, "1Ki")]
    [TestCase(0, "0")]
    [TestCase(long.MaxValue, "9223372036854775807")]
    public void Bytes_print_in_the_binary_family(long bytes, string text) => Assert.That(Quantity.FromBytes(bytes).ToString(), Is.EqualTo(text));

    [Test]
    public void Equality_is_numerical()
    {
        Assert.That(Read("1Gi"), Is.EqualTo(Read("1073741824")));
        Assert.That(Read("1Gi").GetHashCode(), Is.EqualTo(Read("1073741824").GetHashCode()));
        Assert.That(Read("2G") < Read("2Gi"), Is.True);
        Assert.That(Read("-1m") < Quantity.Zero, Is.True);
        Assert.That(Read("-1500m") < Read("-1"), Is.True);
    }

    [Test]
    public void Arithmetic_is_exact_and_saturates()
    {
        Assert.That((Read("0.1") + Read("0.2")).ToString(), Is.EqualTo("300m"));
        Assert.That((Read("1Gi") - Read("512Mi")).ToString(), Is.EqualTo("512Mi"));
        Assert.That((Quantity.Zero + Read("1Gi")).ToString(), Is.EqualTo("1Gi"));
        Assert.That((Quantity.FromBytes(long.MaxValue) + Read("1")).Value, Is.EqualTo(long.MaxValue));
        var most = Read("1e30");
        Assert.That(most + most, Is.EqualTo(most));
        Assert.That(Quantity.Zero - most - most, Is.EqualTo(Read("-1e30")));
    }

    [Test]
    public void What_is_printed_reads_back_the_same() =>
        Prop.ForAll(Quantities(), quantity => Quantity.TryParse(quantity.ToString(), out var read) && read == quantity)
            .QuickCheckThrowOnFailure();

    [Test]
    public void Order_and_sum_agree_with_exact_rationals() =>
        Prop.ForAll(Quantities(), Quantities(), (left, right) =>
        {
            var (a, b) = ((BigInteger)left.Nanos, (BigInteger)right.Nanos);
            var sum = left + right;
            var limit = sum.Format is QuantityFormat.Binary ? (BigInteger)long.MaxValue * Quantity.NanosPerUnit : (BigInteger)Int128.MaxValue;
            return Math.Sign(left.CompareTo(right)) == BigInteger.Compare(a, b)
                && (BigInteger)sum.Nanos == BigInteger.Min(BigInteger.Max(a + b, -limit), limit);
        }).QuickCheckThrowOnFailure();

    [Test]
    public void The_value_is_the_smallest_whole_number_that_is_not_nearer_to_zero() =>
        Prop.ForAll(Quantities(), quantity =>
        {
            var whole = (BigInteger)quantity.Value * Quantity.NanosPerUnit;
            var nanos = (BigInteger)quantity.Nanos;
            return BigInteger.Abs(whole) >= BigInteger.Abs(nanos) && BigInteger.Abs(whole - nanos) < Quantity.NanosPerUnit;
        }).QuickCheckThrowOnFailure();

    [Test]
    public void Fast_and_slow_reading_agree() =>
        Prop.ForAll<long, byte>((number, places) =>
        {
            var digits = BigInteger.Abs(number).ToString().PadLeft(10, '0');
            var cut = digits.Length - places % 10;
            var text = $"{digits[..cut]}.{digits[cut..]}Ki";
            // Trailing zeros change nothing but force the slow path.
            return Quantity.TryParse(text, out var fast)
                && Quantity.TryParse(text.Replace("Ki", "000000000000000000000000000000Ki"), out var slow)
                && fast == slow;
        }).QuickCheckThrowOnFailure();

    [Test]
    public void A_refused_text_leaves_zero() =>
        Prop.ForAll<string>(text => Quantity.TryParse(text, out var quantity) || quantity.IsZero).QuickCheckThrowOnFailure();

    private static Arbitrary<Quantity> Quantities() =>
        (from units in ArbMap.Default.GeneratorFor<long>()
         from shift in Gen.Choose(0, 63)
         from nanos in Gen.Choose(-999_999_999, 999_999_999)
         from withFraction in Gen.Elements(true, false)
         from format in Gen.Elements(QuantityFormat.Decimal, QuantityFormat.Binary, QuantityFormat.Exponent)
         let spread = units * 0x5DEECE66DL >> shift
         select Quantity.FromNanos((Int128)spread * Quantity.NanosPerUnit + (withFraction ? nanos : 0), format)).ToArbitrary();

    private static Quantity Read(string text) => Quantity.TryParse(text, out var quantity) ? quantity : throw new ArgumentException(text);
}
