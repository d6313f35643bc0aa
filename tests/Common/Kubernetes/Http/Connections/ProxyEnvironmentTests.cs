using Sidecars.Kubernetes.Http.Connections;

namespace Sidecars.Kubernetes.Tests.Http.Connections;

public sealed class ProxyEnvironmentTests
{
    [TestCase("https://api.example:6443", "HTTPS_PROXY=http://p:3128", ExpectedResult = "p:3128")]
    [TestCase("https://api.example:6443", "https_proxy=http://p:3128", ExpectedResult = "p:3128")]
    [TestCase("https://api.example:6443", "HTTPS_PROXY=http://upper:1 https_proxy=http://lower:2", ExpectedResult = "upper:1")]
    [TestCase("https://api.example:6443", "HTTPS_PROXY= https_proxy=http://lower:2", ExpectedResult = "lower:2", Description = "an empty variable counts as none")]
    [TestCase("https://api.example:6443", "HTTP_PROXY=http://p:3128", ExpectedResult = "none", Description = "for http alone")]
    [TestCase("http://api.example:8080", "HTTPS_PROXY=http://p:3128", ExpectedResult = "none", Description = "for https alone")]
    [TestCase("http://api.example:8080", "HTTP_PROXY=http://p:3128", ExpectedResult = "p:3128")]
    [TestCase("http://api.example:8080", "http_proxy=http://p:3128", ExpectedResult = "p:3128")]
    [TestCase("https://api.example:6443", "ALL_PROXY=http://p:3128 all_proxy=http://p:3128", ExpectedResult = "none")]
    [TestCase("https://api.example:6443", "HTTPS_PROXY=p:3128", ExpectedResult = "p:3128")]
    [TestCase("https://api.example:6443", "HTTPS_PROXY=p", ExpectedResult = "p:80")]
    [TestCase("https://api.example:6443", "HTTPS_PROXY=joe:secret@p:3128", ExpectedResult = "p:3128")]
    [TestCase("https://api.example:6443", "HTTPS_PROXY=https://p", ExpectedResult = "p:443")]
    [TestCase("https://api.example:6443", "HTTPS_PROXY=socks5://p", ExpectedResult = "p:1080")]
    [TestCase("https://api.example:6443", "HTTPS_PROXY=socks5h://p:9", ExpectedResult = "p:9")]
    [TestCase("https://api.example:6443", "HTTPS_PROXY=http://[fd00::1]:3128/path", ExpectedResult = "[fd00::1]:3128")]
    [TestCase("https://api.example:6443", "HTTPS_PROXY=http://p:port", ExpectedResult = "none", Description = "no address of a proxy")]
    [TestCase("https://api.example:6443", "HTTPS_PROXY=http://p:70000", ExpectedResult = "none")]
    [TestCase("https://api.example:6443", "HTTPS_PROXY=ftp://p:21", ExpectedResult = "none")]
    [TestCase("https://localhost:6443", "HTTPS_PROXY=http://p:3128", ExpectedResult = "none")]
    [TestCase("https://127.0.0.1:6443", "HTTPS_PROXY=http://p:3128", ExpectedResult = "none")]
    [TestCase("https://127.8.9.1:6443", "HTTPS_PROXY=http://p:3128", ExpectedResult = "none")]
    [TestCase("https://[::1]:6443", "HTTPS_PROXY=http://p:3128", ExpectedResult = "none")]
    [TestCase("https://localhost.example:6443", "HTTPS_PROXY=http://p:3128", ExpectedResult = "p:3128")]
    [TestCase("https://10.96.0.1", "HTTPS_PROXY=http://p:3128 NO_PROXY=10.96.0.0/12", ExpectedResult = "none")]
    [TestCase("https://10.96.0.1", "HTTPS_PROXY=http://p:3128 no_proxy=10.96.0.0/12", ExpectedResult = "none")]
    [TestCase("https://10.96.0.1", "HTTPS_PROXY=http://p:3128 NO_PROXY=nothing no_proxy=10.96.0.0/12", ExpectedResult = "p:3128")]
    [TestCase("https://api.example", "HTTPS_PROXY=http://p:3128 REQUEST_METHOD=GET", ExpectedResult = "p:3128")]
    [TestCase("http://api.example", "HTTP_PROXY=http://p:3128 REQUEST_METHOD=GET",
        ExpectedResult = "HTTP_PROXY is not used while REQUEST_METHOD is set, as for a CGI program; unset one of them")]
    [TestCase("http://api.example", "REQUEST_METHOD=GET", ExpectedResult = "none")]
    [TestCase("http://api.example", "HTTP_PROXY=http://p:3128 REQUEST_METHOD=", ExpectedResult = "p:3128")]
    public string The_environment_names_a_proxy(string server, string environment)
    {
        var variables = environment.Split(' ').Select(v => v.Split('=', 2)).ToDictionary(v => v[0], v => v[1]);
        var choice = ProxyEnvironment.Choose(new Uri(server), name => variables.GetValueOrDefault(name));
        return choice.Refusal ?? choice.Proxy?.ToString() ?? "none";
    }

    [TestCase("*", "api.example", true)]
    [TestCase("a.b, *", "10.0.0.1", true)]
    [TestCase("example.com", "example.com", true)]
    [TestCase("example.com", "api.example.com", true)]
    [TestCase("example.com", "API.Example.COM", true)]
    [TestCase("EXAMPLE.com", "api.example.com", true)]
    [TestCase("example.com", "myexample.com", false)]
    [TestCase(".example.com", "api.example.com", true)]
    [TestCase(".example.com", "example.com", false, Description = "a leading dot means what is below the name")]
    [TestCase("*.example.com", "api.example.com", true)]
    [TestCase("*.example.com", "example.com", false)]
    [TestCase("*example.com", "myexample.com", false, Description = "a star alone, or before a dot, and nowhere else")]
    [TestCase("example.com:6443", "api.example.com", true)]
    [TestCase("example.com:443", "api.example.com", false)]
    [TestCase(".example.com:6443", "api.example.com", true)]
    [TestCase("example.com:", "example.com", true)]
    [TestCase(":6443", "example.com", false)]
    [TestCase(" , ,\texample.com ", "example.com", true)]
    [TestCase("svc", "kubernetes.default.svc", true)]
    [TestCase("kubernetes.default.svc", "kubernetes.default.svc", true)]
    [TestCase("10.0.0.1", "10.0.0.1", true)]
    [TestCase("10.0.0.1", "10.0.0.11", false)]
    [TestCase("10.0.0.1:6443", "10.0.0.1", true)]
    [TestCase("10.0.0.1:443", "10.0.0.1", false)]
    [TestCase("0.0.1", "10.0.0.1", false, Description = "the end of an address is no domain")]
    [TestCase(".0.0.1", "10.0.0.1", false)]
    [TestCase("10.0.0.0/8", "10.200.3.4", true)]
    [TestCase("10.0.0.5/8", "10.200.3.4", true, Description = "the bits behind the length do not count")]
    [TestCase("10.0.0.0/8", "11.0.0.1", false)]
    [TestCase("10.96.0.0/12", "10.111.255.255", true)]
    [TestCase("10.96.0.0/12", "10.112.0.0", false)]
    [TestCase("0.0.0.0/0", "8.8.8.8", true)]
    [TestCase("0.0.0.0/0", "fd00::1", false)]
    [TestCase("10.0.0.1/32", "10.0.0.1", true)]
    [TestCase("10.0.0.0/33", "10.0.0.1", false)]
    [TestCase("10.0.0.0/8:6443", "10.0.0.1", false, Description = "a range has no port")]
    [TestCase("10.0.0.0/8", "api.example", false, Description = "names are not resolved")]
    [TestCase("fd00::/8", "fd00::1", true)]
    [TestCase("fd00::/8", "fe00::1", false)]
    [TestCase("fd00::1", "fd00::1", true)]
    [TestCase("[fd00::1]:6443", "fd00::1", true)]
    [TestCase("[fd00::1]:443", "fd00::1", false)]
    [TestCase("[fd00::1]", "fd00::1", false, Description = "brackets belong to a port")]
    [TestCase("10.0.0.1", "::ffff:10.0.0.1", true)]
    [TestCase("10.0.0.0/8", "::ffff:10.0.0.1", true)]
    [TestCase("010.0.0.1", "10.0.0.1", false)]
    [TestCase("10.1", "10.0.0.1", false, Description = "no short forms of addresses")]
    [TestCase("", "api.example", false)]
    [TestCase(null, "api.example", false)]
    public void Servers_are_taken_out_by_NO_PROXY(string? list, string host, bool covered) =>
        Assert.That(ProxyExceptions.Cover(list, host, 6443), Is.EqualTo(covered));

    [TestCase("http://joe:secret@p:3128", "joe", "secret")]
    [TestCase("http://joe@p:3128", "joe", null)]
    [TestCase("http://j%40e:s%3Acret%2F@p:3128", "j@e", "s:cret/")]
    [TestCase("http://joe:p@ss:word@p:3128", "joe", "p@ss:word")]
    [TestCase("http://p:3128", null, null)]
    public void A_login_stands_before_the_host_and_never_in_the_text(string text, string? user, string? password)
    {
        var proxy = ProxyAddress.Parse(text)!;
        Assert.That((proxy.User, proxy.Password, proxy.ToString()), Is.EqualTo((user, password, "p:3128")));
    }
}
