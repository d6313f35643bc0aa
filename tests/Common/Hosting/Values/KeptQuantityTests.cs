namespace Sidecars.Hosting.Tests.Values;

/// <summary>The text that an API server keeps of a quantity, as the original reads and prints.</summary>
internal sealed class KeptQuantityTests
{
    // The last column is the rounding in lists of resources.
    [TestCase("3.2Gi", "3435973836800m")]
    [TestCase("0.5Gi", "512Mi")]
    [TestCase("2.5G", "2500M")]
    [TestCase("1e3", "1e3")]
    [TestCase("1E3", "1E3")]
    [TestCase("1e+3", "1e+3")]
    [TestCase("500m", "500m")]
    [TestCase("8589934592Gi", "9223372036854775807")]
    [TestCase("10E", "10E")]
    [TestCase("16Ei", "9223372036854775807")]
    [TestCase("-16Ei", "-9223372036854775807")]
    [TestCase("73786976299133170k", "73786976299133170k")]
    [TestCase("0.1n", "1n", "1m")]
    [TestCase("100u", "100u", "1m")]
    [TestCase("-0.00000001Ki", "-10240n", "-1m")]
    [TestCase("99999999999999999999.0000000001", "99999999999999999999000000001n", "99999999999999999999001m")]
    [TestCase("+1", "+1")]
    [TestCase("+5Gi", "+5Gi")]
    [TestCase("+5Pi", "5Pi")]
    [TestCase("01", "01")]
    [TestCase("1.", "1.")]
    [TestCase("1.Gi", "1.Gi")]
    [TestCase("1.500", "1.500")]
    [TestCase("1.500000", "1500m")]
    [TestCase("1.500001", "1.500001", "1501m")]
    [TestCase("0.0010", "1m")]
    [TestCase("1.000", "1")]
    [TestCase("1000", "1k")]
    [TestCase("1024Ki", "1Mi")]
    [TestCase("1000Ki", "1000Ki")]
    [TestCase("1001Gi", "1001Gi")]
    [TestCase("0Ki", "0")]
    [TestCase("-0", "0")]
    [TestCase("-", "0")]
    [TestCase("+.", "0")]
    [TestCase("-Gi", "0")]
    [TestCase("Ti", "0")]
    [TestCase(".e3", "0")]
    [TestCase(" 1Gi\t", "1Gi")]
    public void A_server_keeps_the_text_that_the_original_keeps(string text, string kept, string? inResourceList = null)
    {
        Assert.That(Quantity.Normalize(text, inResourceList: false, out var alone), Is.EqualTo(QuantityFault.None));
        Assert.That(alone, Is.EqualTo(kept));
        Assert.That(Quantity.Normalize(text, inResourceList: true, out var inList), Is.EqualTo(QuantityFault.None));
        Assert.That(inList, Is.EqualTo(inResourceList ?? kept));
    }

    [Test]
    public void A_text_that_is_kept_is_the_same_object()
    {
        var text = new string("10Gi");
        Quantity.Normalize(text, inResourceList: true, out var kept);
        Assert.That(kept, Is.SameAs(text));
    }
}
