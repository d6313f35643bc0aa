using Sidecars.Hosting.Http;

namespace Sidecars.Hosting.Tests.Http;

[TestFixture]
internal sealed class ListenAddressTests
{
    [TestCase(":8080", null, 8080)]
    [TestCase("127.0.0.1:0", "127.0.0.1", 0)]
    [TestCase("0.0.0.0:9808", "0.0.0.0", 9808)]
    [TestCase("[::1]:80", "::1", 80)]
    [TestCase("[::]:80", "::", 80)]
    [TestCase("localhost:80", "127.0.0.1", 80)]
    public void Go_addresses_are_read(string text, string? address, int port)
    {
        Assert.That(ListenAddress.TryParse(text, out var actual, out var actualPort, out var error), Is.True, error);
        Assert.That(actual?.ToString(), Is.EqualTo(address));
        Assert.That(actualPort, Is.EqualTo(port));
    }

    [TestCase("8080", "port is missing")]
    [TestCase("127.0.0.1", "port is missing")]
    [TestCase("::1:80", "brackets")]
    [TestCase(":65536", "65536")]
    [TestCase(":-1", "-1")]
    [TestCase(":http", "http")]
    [TestCase("127.0.0.1:", "port number")]
    [TestCase("no-such-host.invalid:80", "no-such-host.invalid")]
    public void Other_texts_are_refused_with_the_reason(string text, string reason)
    {
        Assert.That(ListenAddress.TryParse(text, out _, out _, out var error), Is.False);
        Assert.That(error, Does.Contain(reason));
    }
}
