using FsCheck;
using FsCheck.Fluent;

namespace Sidecars.EmbeddedCluster.Tests;

internal sealed class QuantityTests
{
    [TestCase("1Gi", "1Gi")]
    [TestCase("1024Mi", "1Gi")]
    [TestCase("1.5Gi", "1536Mi")]
    [TestCase("0.5", "500m")]
    [TestCase("1000m", "1")]
    [TestCase("1000", "1k")]
    [TestCase("1500", "1500")]
    [TestCase("0.5Ki", "512")]
    [TestCase("0", "0")]
    [TestCase("0Gi", "0")]
    [TestCase("1e3", "1e3")]
    [TestCase("100u", "100u")]
    [TestCase("-1Mi", "-1Mi")]
    [TestCase("1073741824", "1073741824")]
    [TestCase("0.0000000001", "1n")]
    public void Is_written_as_the_server_stores_it(string text, string expected)
    {
        Assert.That(Quantity.TryParse(text, out var quantity), Is.True);
        Assert.That(quantity.ToString(), Is.EqualTo(expected));
    }

    [TestCase("")]
    [TestCase("Gi")]
    [TestCase("1GiB")]
    [TestCase("1.2.3")]
    [TestCase("1 Gi")]
    [TestCase("1e")]
    [TestCase("1e99999")]
    [TestCase("--1")]
    [TestCase(".")]
    public void Text_that_is_no_quantity_is_refused(string text) => Assert.That(Quantity.TryParse(text, out _), Is.False);

    [Test]
    public void The_written_form_means_the_same_and_is_stable() =>
        Check.QuickThrowOnFailure(Prop.ForAll(
            Gen.Choose(-100_000_000, 100_000_000).ToArbitrary(),
            Gen.Elements("", "m", "k", "M", "Ki", "Mi", "Gi", "e2", "u").ToArbitrary(),
            (number, suffix) =>
            {
                if (!Quantity.TryParse($"{number}{suffix}", out var first)) return false;
                return Quantity.TryParse(first.ToString(), out var second) && first.CompareTo(second) == 0 && second.ToString() == first.ToString();
            }));
}
