using System.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace Sidecars.Hosting.Tests.Values;

/// <summary>What holds for every quantity and every text of one, against exact arithmetic that knows nothing of ours.</summary>
internal sealed class QuantityLawTests
{
    [Test]
    public void Every_text_has_the_value_of_exact_arithmetic() =>
        Prop.ForAll(Texts(), text =>
        {
            var (written, nanos) = (Written(text), ExactNanos(text));
            var bytes = Ceiling(BigInteger.Abs(nanos), Quantity.NanosPerUnit) * nanos.Sign;

            var quantity = Read(written);
            var hasBytes = quantity.TryGetValue(out var value);
            Assert.That(hasBytes, Is.EqualTo(BigInteger.Abs(bytes) <= long.MaxValue), written);
            Assert.That((BigInteger)value, Is.EqualTo(BigInteger.Clamp(bytes, -long.MaxValue, long.MaxValue)), written);
            // What is printed has the same value, to a reader that knows nothing of ours.
            var (back, denominator) = Exact(quantity.ToString());
            Assert.That(back * Quantity.NanosPerUnit, Is.EqualTo(nanos * denominator), written);
            Quantity.Normalize(written, inResourceList: false, out var kept);
            Assert.That(Read(kept), Is.EqualTo(quantity), written);
        }).QuickCheckThrowOnFailure();

    [Test]
    public void What_is_printed_reads_back_the_same() =>
        Prop.ForAll(Quantities(), quantity => Quantity.TryParse(quantity.ToString(), out var read) && read == quantity)
            .QuickCheckThrowOnFailure();

    [Test]
    public void Order_agrees_with_exact_rationals() =>
        Prop.ForAll(Quantities(), Quantities(), (left, right) =>
            Math.Sign(left.CompareTo(right)) == BigInteger.Compare(left.Nanos, right.Nanos)).QuickCheckThrowOnFailure();

    [Test]
    public void Order_of_texts_agrees_with_exact_rationals() =>
        Prop.ForAll(Texts(), Texts(), (left, right) =>
            Math.Sign(Read(Written(left)).CompareTo(Read(Written(right)))) == BigInteger.Compare(ExactNanos(left), ExactNanos(right)))
            .QuickCheckThrowOnFailure();

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
         select Quantity.Of(negative: false, (Int128)spread * Quantity.NanosPerUnit + (withFraction ? nanos : 0), format)).ToArbitrary();

    private static Arbitrary<(string Sign, string Whole, string Fraction, string Suffix)> Texts() =>
        (from sign in Gen.Elements("", "-", "+")
         from whole in Digits(30)
         from fraction in Gen.Frequency((2, Gen.Constant("")), (3, Digits(30)))
         from exponent in Gen.Choose(-40, 40)
         from suffix in Gen.Frequency(
             (3, Gen.Elements("Ki", "Mi", "Gi", "Ti", "Pi", "Ei")),
             (3, Gen.Elements("n", "u", "m", "", "k", "M", "G", "T", "P", "E")),
             (1, Gen.Elements("e", "E").Select(letter => $"{letter}{exponent}")))
         select (sign, whole, fraction, suffix)).ToArbitrary();

    private static string Written((string Sign, string Whole, string Fraction, string Suffix) text) =>
        $"{text.Sign}{text.Whole}{(text.Fraction.Length > 0 ? "." : "")}{text.Fraction}{text.Suffix}";

    // Rounded and cut as the original does.
    private static BigInteger ExactNanos((string Sign, string Whole, string Fraction, string Suffix) text)
    {
        var (numerator, denominator) = Exact(text.Whole, text.Fraction, text.Suffix);
        var nanos = Ceiling(numerator * Quantity.NanosPerUnit, denominator);
        if (text.Suffix.EndsWith('i')) nanos = BigInteger.Min(nanos, (BigInteger)long.MaxValue * Quantity.NanosPerUnit);
        return text.Sign == "-" ? -nanos : nanos;
    }

    private static Gen<string> Digits(int most) =>
        from length in Gen.Choose(1, most)
        from digits in Gen.ArrayOf(Gen.Frequency((4, Gen.Choose(0, 9)), (3, Gen.Constant(0)), (1, Gen.Constant(9))), length)
        select string.Concat(digits);

    private static (BigInteger Numerator, BigInteger Denominator) Exact(string canonical)
    {
        var end = canonical.AsSpan().LastIndexOfAnyInRange('0', '9') + 1;
        var start = canonical.IndexOfAny(['e', 'E']) is > 0 and var at && at + 1 < canonical.Length && canonical[at + 1] != 'i' ? at : end;
        var (numerator, denominator) = Exact(canonical[..start].TrimStart('-'), "", canonical[start..]);
        return (canonical[0] == '-' ? -numerator : numerator, denominator);
    }

    private static (BigInteger Numerator, BigInteger Denominator) Exact(string whole, string fraction, string suffix)
    {
        var numerator = BigInteger.Parse(whole + fraction);
        var power = -fraction.Length;
        if (suffix.EndsWith('i')) numerator <<= 10 * (1 + "KMGTPE".IndexOf(suffix[0]));
        else if (suffix.Length > 1) power += int.Parse(suffix[1..]);
        else if (suffix.Length == 1) power += -9 + 3 * "num kMGTPE".IndexOf(suffix[0]);
        return power >= 0 ? (numerator * BigInteger.Pow(10, power), BigInteger.One) : (numerator, BigInteger.Pow(10, -power));
    }

    private static BigInteger Ceiling(BigInteger numerator, BigInteger denominator) => (numerator + denominator - 1) / denominator;

    private static Quantity Read(string text) => Quantity.TryParse(text, out var quantity) ? quantity : throw new ArgumentException(text);
}
