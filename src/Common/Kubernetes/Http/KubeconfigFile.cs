using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using k8s.Exceptions;
using Sidecars.Kubernetes.Http.Connections;
using Sidecars.Kubernetes.Http.Credentials;
using YamlDotNet.RepresentationModel;

namespace Sidecars.Kubernetes.Http;

/// <summary>
/// Reads the current context of a kubeconfig (common contract 8.1). Read here and not by the library's model, because that one
/// passes over token files, proxies and all but the first of several authorities without a word.
/// </summary>
internal sealed class KubeconfigFile
{
    private readonly string _directory;
    private readonly YamlMappingNode _root;
    private readonly TimeProvider _time;

    private KubeconfigFile(string directory, YamlMappingNode root, TimeProvider time) => (_directory, _root, _time) = (directory, root, time);

    /// <summary>Reads and checks everything a client will need. Throws <see cref="KubeConfigException"/> with a sentence, or what reading a file throws.</summary>
    public static ClusterAddress Read(string path, string master, TimeProvider time)
    {
        if (!File.Exists(path)) throw new KubeConfigException("there is no such file; correct --kubeconfig, or leave it out inside a pod");
        var stream = new YamlStream();
        using (var reader = new StreamReader(path)) stream.Load(reader);
        if (stream.Documents.Count is 0 || stream.Documents[0].RootNode is not YamlMappingNode root)
            throw new KubeConfigException("it is empty or no kubeconfig at all");
        return new KubeconfigFile(Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/", root, time).Address(master);
    }

    private ClusterAddress Address(string master)
    {
        if (Text(_root, "current-context") is not { Length: > 0 } name)
        {
            return master.Length > 0
                ? new ClusterAddress(ClusterAddress.UrlOf(master, isSecure: false))
                : throw new KubeConfigException("no current-context is set in it; choose one with: kubectl config use-context");
        }
        var context = Entry("contexts", "context", name);
        var clusterName = Text(context, "cluster") is { Length: > 0 } c ? c : throw new KubeConfigException($"context \"{name}\" names no cluster");
        var cluster = Entry("clusters", "cluster", clusterName);
        var user = Text(context, "user") is { Length: > 0 } u ? Entry("users", "user", u) : new YamlMappingNode();

        var authority = Authority(cluster);
        var server = master.Length > 0 ? master
            : Text(cluster, "server") is { Length: > 0 } own ? own : throw new KubeConfigException($"cluster \"{clusterName}\" has no server");
        var url = ClusterAddress.UrlOf(server, isSecure: authority is not null);
        var plugin = Exec(user, cluster, url);
        return new ClusterAddress(url)
        {
            Authority = authority,
            SkipsVerification = Text(cluster, "insecure-skip-tls-verify") is "true",
            DisablesCompression = Text(cluster, "disable-compression") is "true",
            ServerName = Text(cluster, "tls-server-name") is { Length: > 0 } serverName ? serverName : null,
            Proxy = Proxy(cluster),
            Token = Text(user, "token") is { Length: > 0 } token ? token : null,
            TokenFile = Text(user, "tokenFile") is { Length: > 0 } file ? Full(file) : null,
            Exec = plugin,
            Basic = Text(user, "username") is { Length: > 0 } login ? (login, Text(user, "password") ?? "") : null,
            Certificate = Certificate(user) ?? (IClientCertificates?)plugin, // what stands there wins over what is run for
            Impersonation = Impersonation(user),
        };
    }

    private static ProxyAddress? Proxy(YamlMappingNode cluster)
    {
        if (Text(cluster, "proxy-url") is not { Length: > 0 } text) return null;
        // What stands there is not repeated: it may hold a password.
        return text.Contains("://", StringComparison.Ordinal) && ProxyAddress.Parse(text) is { } proxy
            ? proxy
            : throw new KubeConfigException("proxy-url is no address of a proxy; it should look like http://host:port, https://host:port or socks5://host:port");
    }

    private AuthorityCertificates? Authority(YamlMappingNode cluster)
    {
        if (Text(cluster, "certificate-authority-data") is { Length: > 0 } data)
        {
            var certificates = PemText.Certificates(Decoded(data, "certificate-authority-data"));
            return certificates.Count > 0 ? AuthorityCertificates.Fixed(certificates) : throw new KubeConfigException("certificate-authority-data holds no certificate");
        }
        return Text(cluster, "certificate-authority") is { Length: > 0 } path ? AuthorityCertificates.FromFile(Full(path)) : null;
    }

    private ClientCertificate? Certificate(YamlMappingNode user)
    {
        var (certificate, key) = (Pem(user, "client-certificate"), Pem(user, "client-key"));
        if (certificate is null && key is null) return null;
        if (certificate is null) throw new KubeConfigException("the user has a client-key and no client-certificate");
        if (key is null) throw new KubeConfigException("the user has a client-certificate and no client-key");
        try
        {
            return new ClientCertificate(certificate, key, _time);
        }
        catch (CryptographicException e)
        {
            throw new KubeConfigException($"client-certificate and client-key cannot be used: {e.Message}", e);
        }
    }

    private PemSource? Pem(YamlMappingNode user, string field)
    {
        if (Text(user, $"{field}-data") is { Length: > 0 } data) return new PemSource(null, Decoded(data, $"{field}-data"));
        return Text(user, field) is { Length: > 0 } path ? new PemSource(Full(path), null) : null;
    }

    private static List<(string, string)> Impersonation(YamlMappingNode user)
    {
        var headers = new List<(string, string)>();
        if (Text(user, "as") is { Length: > 0 } name) headers.Add(("Impersonate-User", name));
        if (Text(user, "as-uid") is { Length: > 0 } uid) headers.Add(("Impersonate-Uid", uid));
        foreach (var group in Texts(user, "as-groups")) headers.Add(("Impersonate-Group", group));
        if (user.Children.TryGetValue("as-user-extra", out var extra) && extra is YamlMappingNode map)
        {
            foreach (var key in map.Children.Keys.OfType<YamlScalarNode>())
                foreach (var value in Texts(map, key.Value!)) headers.Add(($"Impersonate-Extra-{Uri.EscapeDataString(key.Value!)}", value));
        }
        return headers;
    }

    private ExecCredentials? Exec(YamlMappingNode user, YamlMappingNode cluster, Uri server) =>
        user.Children.TryGetValue("exec", out var node) && node is YamlMappingNode exec
            ? new ExecCredentials(ExecSection.Read(exec, () => Told(cluster, server), _directory), _time)
            : null;

    /// <summary>What a credential plug-in is told of the cluster.</summary>
    private JsonObject Told(YamlMappingNode cluster, Uri server)
    {
        var told = new JsonObject { ["server"] = server.AbsoluteUri.TrimEnd('/') };
        if (Text(cluster, "tls-server-name") is { Length: > 0 } name) told["tls-server-name"] = name;
        if (Text(cluster, "insecure-skip-tls-verify") is "true") told["insecure-skip-tls-verify"] = true;
        if (Text(cluster, "certificate-authority-data") is { Length: > 0 } data) told["certificate-authority-data"] = data;
        else if (Text(cluster, "certificate-authority") is { Length: > 0 } path) told["certificate-authority-data"] = Convert.ToBase64String(File.ReadAllBytes(Full(path)));
        if (Text(cluster, "proxy-url") is { Length: > 0 } proxy) told["proxy-url"] = proxy;
        if (Text(cluster, "disable-compression") is "true") told["disable-compression"] = true;
        if (ExecSection.Extension(cluster) is { } config) told["config"] = config;
        return told;
    }

    private YamlMappingNode Entry(string list, string content, string name)
    {
        if (_root.Children.TryGetValue(list, out var node) && node is YamlSequenceNode entries)
        {
            var entry = entries.Children.OfType<YamlMappingNode>().FirstOrDefault(e => Text(e, "name") == name);
            if (entry is not null) return entry.Children.TryGetValue(content, out var found) && found is YamlMappingNode map ? map : new YamlMappingNode();
        }
        throw new KubeConfigException($"{content} \"{name}\" is named in it but not defined under {list}");
    }

    private string Full(string path) => Path.Combine(_directory, path);

    private static string? Text(YamlMappingNode node, string key) =>
        node.Children.TryGetValue(key, out var value) && value is YamlScalarNode { Value: { } text } && text is not ("null" or "~") ? text : null;

    private static IEnumerable<string> Texts(YamlMappingNode node, string key) =>
        node.Children.TryGetValue(key, out var value) && value is YamlSequenceNode list ? list.Children.OfType<YamlScalarNode>().Select(t => t.Value ?? "") : [];

    private static string Decoded(string base64, string field)
    {
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(base64));
        }
        catch (FormatException)
        {
            throw new KubeConfigException($"{field} is not base64"); // the library's own message might quote it
        }
    }
}
