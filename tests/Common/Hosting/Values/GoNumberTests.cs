using FsCheck;
using FsCheck.Fluent;

namespace Sidecars.Hosting.Tests.Values;

[TestFixture]
internal sealed class GoNumberTests
{
    [TestCase(0, "0")]
    [TestCase(1, "1")]
    [TestCase(-1, "-1")]
    [TestCase(0.25, "0.25")]
    [TestCase(2.5, "2.5")]
    [TestCase(600, "600")]
    [TestCase(100000, "100000")]
    [TestCase(1000000, "1e+06")]
    [TestCase(123456789, "1.23456789e+08")]
    [TestCase(0.0001, "0.0001")]
    [TestCase(0.00001, "1e-05")]
    [TestCase(1e-08, "1e-08")]
    [TestCase(9.999999999999999e-06, "9.999999999999999e-06")]
    [TestCase(9.999999999999999e-05, "9.999999999999999e-05")]
    [TestCase(1.7e9, "1.7e+09")]
    [TestCase(1e100, "1e+100")]
    [TestCase(double.Epsilon, "5e-324")]
    [TestCase(double.MaxValue, "1.7976931348623157e+308")]
    [TestCase(double.PositiveInfinity, "+Inf")]
    [TestCase(double.NegativeInfinity, "-Inf")]
    [TestCase(double.NaN, "NaN")]
    public void Floats_print_as_in_go(double value, string text) => Assert.That(GoFloat.Format(value), Is.EqualTo(text));

    [Test]
    public void A_printed_float_reads_back_the_same() =>
        Prop.ForAll<double>(value =>
            GoFloatParser.Parse(GoFloat.Format(value), out var read) == NumberOutcome.Ok && read.Equals(value)).QuickCheckThrowOnFailure();

    [TestCase("5", 5)]
    [TestCase("+5", 5)]
    [TestCase("-.5", -0.5)]
    [TestCase("5.", 5)]
    [TestCase("1e3", 1000)]
    [TestCase("1E-2", 0.01)]
    [TestCase("1_000.5", 1000.5)]
    [TestCase("0x1p-2", 0.25)]
    [TestCase("0x1.8p1", 3)]
    [TestCase("0X_1FFFP-16", 0.1249847412109375)]
    [TestCase("inf", double.PositiveInfinity)]
    [TestCase("-Infinity", double.NegativeInfinity)]
    [TestCase("NaN", double.NaN)]
    public void Float_literals_are_read(string text, double expected)
    {
        Assert.That(GoFloatParser.Parse(text, out var value), Is.EqualTo(NumberOutcome.Ok));
        Assert.That(value, Is.EqualTo(expected));
    }

    [TestCase("")]
    [TestCase("-")]
    [TestCase(".")]
    [TestCase("1e")]
    [TestCase("1,5")]
    [TestCase(" 1")]
    [TestCase("1_")]
    [TestCase("1__0")]
    [TestCase("0x1")]
    [TestCase("0xp1")]
    [TestCase("--1")]
    [TestCase("+nan")]
    [TestCase("∞")]
    public void Other_texts_are_no_floats(string text) => Assert.That(GoFloatParser.Parse(text, out _), Is.EqualTo(NumberOutcome.Malformed));

    [TestCase("10", 10)]
    [TestCase("-10", -10)]
    [TestCase("0x1f", 31)]
    [TestCase("0X1F", 31)]
    [TestCase("0o17", 15)]
    [TestCase("017", 15)]
    [TestCase("0b101", 5)]
    [TestCase("1_000", 1000)]
    [TestCase("0x_f", 15)]
    [TestCase("0", 0)]
    [TestCase("-9223372036854775808", long.MinValue)]
    public void Integer_literals_are_read(string text, long expected)
    {
        Assert.That(GoInteger.Parse(text, signed: true, out var value), Is.EqualTo(NumberOutcome.Ok));
        Assert.That(value, Is.EqualTo((Int128)expected));
    }

    [TestCase("")]
    [TestCase("+")]
    [TestCase("0x")]
    [TestCase("08")]
    [TestCase("1.0")]
    [TestCase("_1")]
    [TestCase("1_")]
    [TestCase("1__0")]
    [TestCase("5s")]
    public void Other_texts_are_no_integers(string text) =>
        Assert.That(GoInteger.Parse(text, signed: true, out _), Is.EqualTo(NumberOutcome.Malformed));

    [TestCase("9223372036854775808", true)]
    [TestCase("-9223372036854775809", true)]
    [TestCase("18446744073709551616", false)]
    [TestCase("99999999999999999999999999999999999999999999999", false)]
    public void Too_large_is_told_apart_from_malformed(string text, bool signed) =>
        Assert.That(GoInteger.Parse(text, signed, out _), Is.EqualTo(NumberOutcome.OutOfRange));

    [TestCase("1", true)]
    [TestCase("t", true)]
    [TestCase("True", true)]
    [TestCase("0", false)]
    [TestCase("FALSE", false)]
    public void Booleans_are_read(string text, bool expected)
    {
        Assert.That(GoBool.TryParse(text, out var value), Is.True);
        Assert.That(value, Is.EqualTo(expected));
    }

    [TestCase("yes")]
    [TestCase("")]
    [TestCase("tRUE")]
    [TestCase("on")]
    public void Other_texts_are_no_booleans(string text) => Assert.That(GoBool.TryParse(text, out _), Is.False);

    [TestCase("plain", "\"plain\"")]
    [TestCase("a\"b\\c", "\"a\\\"b\\\\c\"")]
    [TestCase("\a\b\f\n\r\t\v", "\"\\a\\b\\f\\n\\r\\t\\v\"")]
    [TestCase("\0\u007f", "\"\\x00\\x7f\"")]
    [TestCase("ä☺", "\"ä☺\"")]
    [TestCase("\u200b\u00a0", "\"\\u200b\\u00a0\"")]
    public void Strings_are_quoted_as_in_go(string text, string quoted) => Assert.That(GoQuote.Quote(text), Is.EqualTo(quoted));

    [Test]
    public void A_quoted_string_is_one_line_that_ends_only_at_its_end() =>
        Prop.ForAll<string>(text =>
        {
            var quoted = GoQuote.Quote(text ?? "");
            var inside = quoted[1..^1].Replace(@"\\", "").Replace("\\\"", "");
            return !inside.Contains('"') && !quoted.Any(c => c < ' ') && quoted.StartsWith('"') && quoted.EndsWith('"');
        }).QuickCheckThrowOnFailure();
}
