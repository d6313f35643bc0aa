namespace Sidecars.Csi.Tests.Connection;

public sealed class CsiAddressTests
{
    [TestCase("/run/csi/socket", "/run/csi/socket", true)]
    [TestCase("unix:///csi/csi.sock", "/csi/csi.sock", true)]
    [TestCase("unix:/csi/csi.sock", "/csi/csi.sock", false)]
    [TestCase("unix:csi.sock", "csi.sock", false)]
    public void A_Unix_socket_can_be_written_in_several_ways(string text, string path, bool isAcceptedByAll)
    {
        var address = CsiAddress.Parse(text, out var error);
        Assert.That(error, Is.Null);
        Assert.That(address!.SocketPath, Is.EqualTo(path));
        Assert.That(address.IsUnixUrlOrPath, Is.EqualTo(isAcceptedByAll));
        Assert.That(address.ToString(), Is.EqualTo(text));
    }

    [TestCase("dns:///localhost:9000", "localhost", 9000)]
    [TestCase("dns:localhost:9000", "localhost", 9000)]
    [TestCase("driver.example:80", "driver.example", 80)]
    [TestCase("[::1]:9000", "::1", 9000)]
    public void A_network_address_has_a_host_and_a_port(string text, string host, int port)
    {
        var address = CsiAddress.Parse(text, out _)!;
        Assert.That((address.Host, address.Port, address.SocketPath, address.IsUnixUrlOrPath), Is.EqualTo((host, port, (string?)null, false)));
    }

    [TestCase("")]
    [TestCase("csi.sock")]
    [TestCase("localhost:")]
    [TestCase("localhost:70000")]
    [TestCase("unix://")]
    public void Anything_else_is_refused_by_name(string text)
    {
        Assert.That(CsiAddress.Parse(text, out var error), Is.Null);
        Assert.That(error, Does.Contain($"\"{text}\""));
    }
}
