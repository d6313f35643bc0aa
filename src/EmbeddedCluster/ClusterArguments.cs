using System.Globalization;
using Sidecars.EmbeddedCluster.Controllers;

namespace Sidecars.EmbeddedCluster;

/// <summary>The command line of the program.</summary>
internal sealed record ClusterArguments
{
    public const string Usage = """
        usage: embedded-cluster [OPTION]...
               embedded-cluster bench [--seconds N] [--objects N] [--watches N] [--writers N]

        A Kubernetes API server in one process, everything in memory, until it is interrupted.

          --port N              the port on 127.0.0.1; a free one without it
          --kubeconfig PATH     where to write the kubeconfig; embedded-cluster.kubeconfig in the folder for temporary files without it
          --crds PATH           apply the manifests of a file or a folder at the start, definitions above all; may be given again
          --with-controllers    bind volumes, schedule pods, make pods of workloads, attach and detach volumes; brings --admission
          --node NAME=FOLDER    a node with a kubelet that has its folders there, plugins_registry among them; may be given again; brings the controllers
          --admission           the admission plug-ins a cluster has by default: default class, protection of volumes in use, growth by class
          --rbac                decide every request by roles and bindings; without it everybody may do everything
          --tls                 serve HTTPS with a certificate of its own, which the kubeconfig trusts
          --token USER=TOKEN    a user with a token; the kubeconfig is the first one's; may be given again
          --audit-log PATH      a line of JSON for each request
          --help                this text

        No containers are started: a pod runs as soon as its volumes are there. docs/embedded-cluster.md says what works.
        """;

    public bool AsksForHelp { get; private set; }

    public List<NodeOptions> Nodes { get; } = [];

    public int Port { get; private set; }

    public string KubeconfigPath { get; private set; } = Path.Combine(Path.GetTempPath(), "embedded-cluster.kubeconfig");

    public string? AuditLogPath { get; private set; }

    public List<string> Manifests { get; } = [];

    public List<ClusterUser> Users { get; } = [];

    /// <summary>Also where controllers run: they are half of a cluster, and what it admits is the other half.</summary>
    public bool UseAdmission { get => field || WithControllers; private set; }

    public bool UseRbac { get; private set; }

    public bool UseTls { get; private set; }

    public bool WithControllers { get; private set; }

    /// <summary>The arguments, or what is wrong with them.</summary>
    public static (ClusterArguments? Arguments, string? Error) Parse(string[] args)
    {
        var parsed = new ClusterArguments();
        for (var i = 0; i < args.Length; i++)
        {
            var (name, value) = args[i].Split('=', 2) is [var before, var after] ? (before, after) : (args[i], null);
            switch (name)
            {
                case "--help" or "-h" or "help":
                    parsed.AsksForHelp = true;
                    return (parsed, null);
                case "--admission":
                    parsed.UseAdmission = true;
                    continue;
                case "--rbac":
                    parsed.UseRbac = true;
                    continue;
                case "--tls":
                    parsed.UseTls = true;
                    continue;
                case "--with-controllers":
                    parsed.WithControllers = true;
                    continue;
            }
            if (name is not ("--port" or "--kubeconfig" or "--audit-log" or "--crds" or "--token" or "--node")) return (null, $"unknown argument {args[i]}");
            value ??= i + 1 < args.Length ? args[++i] : null;
            if (value is null) return (null, $"{name} needs a value");
            if (parsed.Set(name, value) is { } error) return (null, error);
        }
        return (parsed, null);
    }

    private string? Set(string name, string value)
    {
        switch (name)
        {
            case "--port":
                if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port > ushort.MaxValue) return $"{value} is not a port";
                Port = port;
                return null;
            case "--kubeconfig":
                KubeconfigPath = value;
                return null;
            case "--audit-log":
                AuditLogPath = value;
                return null;
            case "--crds":
                Manifests.Add(value);
                return null;
            case "--node":
                if (value.Split('=', 2) is not [{ Length: > 0 } node, { Length: > 0 } folder]) return "--node needs NAME=FOLDER";
                if (Names.CheckSubdomain(node) is { } wrong) return $"--node {node}: {wrong}";
                if (Nodes.Exists(other => other.Name == node)) return $"--node {node} is given twice";
                Nodes.Add(new NodeOptions(node, Path.GetFullPath(folder)));
                WithControllers = true;
                return null;
            default:
                if (value.Split('=', 2) is not [{ Length: > 0 } user, { Length: > 0 } token]) return "--token needs USER=TOKEN";
                Users.Add(new ClusterUser(user, token));
                return null;
        }
    }
}
