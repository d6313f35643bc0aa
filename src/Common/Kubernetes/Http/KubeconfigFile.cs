using System.Security.Cryptography;
using System.Text;
using k8s;
using k8s.Authentication;
using k8s.Exceptions;
using k8s.KubeConfigModels;
using Sidecars.Kubernetes.Http.Connections;
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
        var (tokens, execCertificate) = Exec(user);
        return new ClusterAddress(ClusterAddress.UrlOf(server, isSecure: authority is not null))
        {
            Authority = authority,
            SkipsVerification = Text(cluster, "insecure-skip-tls-verify") is "true",
            DisablesCompression = Text(cluster, "disable-compression") is "true",
            ServerName = Text(cluster, "tls-server-name") is { Length: > 0 } serverName ? serverName : null,
            Proxy = Proxy(cluster),
            Token = Text(user, "token") is { Length: > 0 } token ? token : null,
            TokenFile = Text(user, "tokenFile") is { Length: > 0 } file ? Full(file) : null,
            ExecTokens = tokens,
            Basic = Text(user, "username") is { Length: > 0 } login ? (login, Text(user, "password") ?? "") : null,
            Certificate = execCertificate ?? Certificate(user),
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

    /// <summary>Runs the credential plug-in once, to see which kind of credentials it gives.</summary>
    private (ITokenProvider?, ClientCertificate?) Exec(YamlMappingNode user)
    {
        if (!user.Children.TryGetValue("exec", out var node) || node is not YamlMappingNode exec) return (null, null);
        var command = new ExternalExecution
        {
            ApiVersion = Text(exec, "apiVersion"),
            Command = Text(exec, "command"),
            Arguments = [.. Texts(exec, "args")],
            EnvironmentVariables = exec.Children.TryGetValue("env", out var env) && env is YamlSequenceNode list
                ? [.. list.Children.OfType<YamlMappingNode>().Select(e => new Dictionary<string, string> { ["name"] = Text(e, "name") ?? "", ["value"] = Text(e, "value") ?? "" })]
                : null,
        };
        try
        {
            var status = KubernetesClientConfiguration.ExecuteExternalCommand(command).Status;
            var certificate = string.IsNullOrEmpty(status.ClientCertificateData)
                ? null
                : new ClientCertificate(new PemSource(null, status.ClientCertificateData), new PemSource(null, status.ClientKeyData), _time);
            return (string.IsNullOrEmpty(status.Token) ? null : new ExecTokenProvider(command), certificate);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The library throws whatever comes to hand: of a missing command, of its exit code, of its output.
            throw new KubeConfigException($"the credential plug-in \"{command.Command}\" gave no credentials: {e.Message}", e);
        }
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
