namespace Sidecars.Csi.Tests.Connection;

public sealed class CsiAddressTests
{
    [TestCase("/run/csi/socket", "/run/csi/socket", true)]
    [TestCase("unix:///csi/csi.sock", "/csi/csi.sock", true)]
    [TestCase("unix:/csi/csi.sock", "/csi/csi.sock", false)]
    [TestCase("unix:csi.sock", "csi.sock", false)]
    [TestCase("unix-abstract:csi", "\0csi", false)]
    public void A_Unix_socket_can_be_written_in_several_ways(string text, string path, bool isAcceptedByAll)
    {
        var address = CsiAddress.Parse(text, out var error);
        Assert.That(error, Is.Null);
        Assert.That(address!.SocketPath, Is.EqualTo(path));
        Assert.That(address.IsUnixUrlOrPath, Is.EqualTo(isAcceptedByAll));
        Assert.That(address.ToString(), Is.EqualTo(text));
        Assert.That(address.SocketFile, Is.EqualTo(path[0] is '\0' ? null : path));
    }

    [TestCase("dns:///localhost:9000", "localhost", 9000)]
    [TestCase("dns:localhost:9000", "localhost", 9000)]
    [TestCase("driver.example:80", "driver.example", 80)]
    [TestCase("[::1]:9000", "::1", 9000)]
    [TestCase("passthrough:///[fe80::1%25eth0]:9000", "fe80::1%25eth0", 9000)]
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
    [TestCase("unix-abstract:")]
    [TestCase("ipv4:127.0.0.1:80")]
    [TestCase("xds:///driver:80")]
    [TestCase(":80")]
    [TestCase("[]:80")]
    public void Anything_else_is_refused_by_name(string text)
    {
        Assert.That(CsiAddress.Parse(text, out var error), Is.Null);
        Assert.That(error, Does.Contain($"\"{text}\""));
    }

    [Test]
    public void A_path_longer_than_a_socket_can_have_is_refused()
    {
        Assert.That(CsiAddress.Parse("/" + new string('x', CsiAddress.LongestPath - 1), out _), Is.Not.Null);
        Assert.That(CsiAddress.Parse("unix:///" + new string('x', CsiAddress.LongestPath), out var error), Is.Null);
        Assert.That(error, Does.Contain("a path of 108 octets").And.Contain("at most 107"));
    }

    [Test]
    public void A_DNS_server_cannot_be_named()
    {
        Assert.That(CsiAddress.Parse("dns://10.0.0.1/driver:80", out var error), Is.Null);
        Assert.That(error, Does.Contain("dns:///host:port"));
    }
}
