using System.Globalization;

namespace Sidecars.EmbeddedCluster;

/// <summary>The command line of the program.</summary>
internal sealed record ClusterArguments
{
    public const string Usage = """
        usage: embedded-cluster [--port N] [--kubeconfig PATH] [--audit-log PATH] [--crds PATH]... [--admission] [--rbac] [--tls] [--token USER=TOKEN]...
                                [--with-controllers]
               embedded-cluster bench [--seconds N] [--objects N] [--watches N] [--writers N]
        """;

    public int Port { get; private set; }

    public string KubeconfigPath { get; private set; } = Path.Combine(Path.GetTempPath(), "embedded-cluster.kubeconfig");

    public string? AuditLogPath { get; private set; }

    public List<string> Manifests { get; } = [];

    public List<ClusterUser> Users { get; } = [];

    public bool UseAdmission { get; private set; }

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
            if (name is not ("--port" or "--kubeconfig" or "--audit-log" or "--crds" or "--token")) return (null, $"unknown argument {args[i]}");
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
            default:
                if (value.Split('=', 2) is not [{ Length: > 0 } user, { Length: > 0 } token]) return "--token needs USER=TOKEN";
                Users.Add(new ClusterUser(user, token));
                return null;
        }
    }
}
