namespace Sidecars.Hosting.Tests.Values;

/// <summary>How quantities are read and printed, by tables; <see cref="QuantityLawTests"/> has what holds for all.</summary>
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

    // The binary family is cut when it is read, the decimal ones keep what was written and have no number of bytes.
    [TestCase("8Ei", "9223372036854775807", true)]
    [TestCase("16Ei", "9223372036854775807", true)]
    [TestCase("8589934592Gi", "9223372036854775807", true)]
    [TestCase("7.99999999999999999999Ei", "9223372036854775807", true)]
    [TestCase("9007199254740991.99951171875Ki", "9223372036854775807", true)]
    [TestCase("9223372036854775807.5Ki", "9223372036854775807", true)]
    [TestCase("99999999999999999999999999999999999Ki", "9223372036854775807", true)]
    [TestCase("99999999999999999999999999999999999999999999Ki", "9223372036854775807", true)]
    [TestCase("9223372036854775807", "9223372036854775807", true)]
    [TestCase("9223372036854775806.5", "9223372036854775806500m", true)]
    [TestCase("9223372036854775806.1", "9223372036854775806100m", true)]
    [TestCase("9223372036854775807.1", "9223372036854775807100m", false)]
    [TestCase("9223372036854775807.5", "9223372036854775807500m", false)]
    [TestCase("9223372036854775807.9999999999", "9223372036854775808", false)]
    [TestCase("9223372036854775808", "9223372036854775808", false)]
    [TestCase("10E", "10E", false)]
    [TestCase("73786976299133170k", "73786976299133170k", false)]
    [TestCase("99999999999999999999.0000000001", "99999999999999999999000000001n", false)]
    [TestCase("1e19", "10e18", false)]
    [TestCase("1e20", "100e18", false)]
    [TestCase("1e30", "1e30", false)]
    [TestCase("99999999999999999999999999999999999999999999", "99999999999999999999999999999999999999999999", false)]
    [TestCase("1.5e21", "1500e18", false)]
    [TestCase("1e999999999999", "1e999999999999", false)]
    [TestCase("1e22", "10e21", false)]
    [TestCase("1000E", "1e21", false)] // servers before the fallback to an exponent store "1"
    public void Whether_there_is_a_number_of_bytes_is_told(string text, string canonical, bool hasNumber)
    {
        foreach (var sign in new[] { "", "-" })
        {
            var quantity = Read(sign + text);
            Assert.That(quantity.ToString(), Is.EqualTo(sign + canonical));
            Assert.That($"{quantity}", Is.EqualTo(sign + canonical));
            Assert.That(quantity.TryGetValue(out var value), Is.EqualTo(hasNumber));
            // Each of these is the largest there is, or above it.
            Assert.That((value, quantity.Value), Is.EqualTo((quantity.Sign * long.MaxValue, quantity.Sign * long.MaxValue)));
            Assert.That(quantity.Sign, Is.EqualTo(sign is "-" ? -1 : 1));
        }
    }

    [Test]
    public void Large_numbers_are_in_order()
    {
        string[] ascending = ["-1e22", "-1.1e21", "-1e21", "-10E", "-9223372036854775807.5", "-8Ei", "0", "8Ei", "9223372036854775807.5",
            "9223372036854775808", "10E", "73786976299133170k", "99999999999999999999", "99999999999999999999.1", "1000E", "1.1e21", "1e22", "1e999999999"];
        var quantities = ascending.Select(Read).ToArray();
        for (var i = 0; i < quantities.Length; i++)
            for (var j = 0; j < quantities.Length; j++)
                Assert.That(Math.Sign(quantities[i].CompareTo(quantities[j])), Is.EqualTo(Math.Sign(i - j)), $"{ascending[i]} and {ascending[j]}");
        Assert.That(Read("10E"), Is.EqualTo(Read("10000000000000000000")));
        Assert.That(Read("10E").GetHashCode(), Is.EqualTo(Read("1e19").GetHashCode()));
        Assert.That(Read("10E"), Is.Not.EqualTo(Read("11E")));
    }

    [TestCase("10Gi")]
    [TestCase("3.2Gi")]
    [TestCase("2.5G")]
    [TestCase("500m")]
    [TestCase("9223372036854775807")]
    public void An_ordinary_size_is_read_without_an_allocation(string text)
    {
        var first = Read(text);
        var areEqual = true;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++) areEqual &= Read(text) == first;
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(areEqual, Is.True);
    }

    [TestCase("", QuantityFault.Form)]
    [TestCase("1.1.1", QuantityFault.Form)]
    [TestCase("1..", QuantityFault.Form)]
    [TestCase("1 ", QuantityFault.Form)]
    [TestCase(" 1", QuantityFault.Form)]
    [TestCase("1GB", QuantityFault.Form)]
    [TestCase("1Gib", QuantityFault.Form)]
    [TestCase("1e3.5", QuantityFault.Form)]
    [TestCase("1e--3", QuantityFault.Form)]
    [TestCase("0x10", QuantityFault.Form)]
    [TestCase("1K", QuantityFault.Suffix)]
    [TestCase("1i", QuantityFault.Suffix)]
    [TestCase("1mi", QuantityFault.Suffix)]
    [TestCase("1Mm", QuantityFault.Suffix)]
    [TestCase("1gi", QuantityFault.Form)]
    [TestCase("1e", QuantityFault.Suffix)]
    [TestCase("1e+", QuantityFault.Suffix)]
    [TestCase("1Ee3", QuantityFault.Suffix)]
    [TestCase("--1", QuantityFault.Suffix)]
    [TestCase("1+1", QuantityFault.Suffix)]
    [TestCase("1e9223372036854775808", QuantityFault.Suffix)]
    [TestCase("Pi", QuantityFault.Number)]
    [TestCase("Ei", QuantityFault.Number)]
    [TestCase(".e-20", QuantityFault.Number)]
    public void Anything_else_is_refused(string text, QuantityFault fault)
    {
        Assert.That(Quantity.TryParse(text, out _), Is.False);
        Assert.That(Quantity.Normalize($"{text}x", inResourceList: false, out var kept), Is.Not.EqualTo(QuantityFault.None));
        Assert.That(kept, Is.Empty);
        if (text.Trim() == text) Assert.That(Quantity.Normalize(text, inResourceList: false, out _), Is.EqualTo(fault));
    }

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

    private static Quantity Read(string text) => Quantity.TryParse(text, out var quantity) ? quantity : throw new ArgumentException(text);
}
