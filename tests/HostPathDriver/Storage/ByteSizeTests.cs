using Sidecars.HostPathDriver.Storage;

namespace Sidecars.HostPathDriver.Tests.Storage;

internal sealed class ByteSizeTests
{
    [TestCase("1", 1)]
    [TestCase("5Gi", 5L << 30)]
    [TestCase("10Ti", 10L << 40)]
    [TestCase("3k", 3000)]
    [TestCase("2G", 2_000_000_000)]
    public void Sizes_are_read_with_their_unit(string text, long bytes)
    {
        Assert.That(ByteSize.TryParse(text, out var read));
        Assert.That(read, Is.EqualTo(bytes));
    }

    [TestCase("")]
    [TestCase("Gi")]
    [TestCase("0")]
    [TestCase("-1Gi")]
    [TestCase("1.5Gi")]
    [TestCase("5GB")]
    [TestCase("9999999Pi")]
    public void Anything_else_is_refused(string text) => Assert.That(ByteSize.TryParse(text, out _), Is.False);
}
