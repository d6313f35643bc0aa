using System.Globalization;
using System.Text.Json.Nodes;
using k8s.Exceptions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Sidecars.Kubernetes.Http.Credentials;

/// <summary>Reads what a kubeconfig says of a user's credential plug-in, and finds the program.</summary>
internal static class ExecSection
{
    private const string Group = "client.authentication.k8s.io";

    /// <summary>Throws <see cref="KubeConfigException"/> with a sentence where the plug-in could never be run.</summary>
    /// <param name="exec">The section.</param>
    /// <param name="cluster">The cluster it is for; told to the plug-in where the section wants that.</param>
    /// <param name="directory">The kubeconfig's, where a relative command is.</param>
    public static ExecPlugin Read(YamlMappingNode exec, Func<JsonObject> cluster, string directory)
    {
        var name = Text(exec, "command") ?? "";
        var version = Text(exec, "apiVersion");
        if (version is not ($"{Group}/v1" or $"{Group}/v1beta1")) throw Unusable(name, $"its apiVersion has to be {Group}/v1 or {Group}/v1beta1");
        return new ExecPlugin(name, Find(name, directory, Text(exec, "installHint")), version)
        {
            Arguments = [.. Items(exec, "args").OfType<YamlScalarNode>().Select(a => a.Value ?? "")],
            Environment = [.. Items(exec, "env").OfType<YamlMappingNode>().Select(e => (Text(e, "name") ?? "", Text(e, "value") ?? "")).Where(e => e.Item1.Length > 0)],
            IsInteractive = IsInteractive(name, Text(exec, "interactiveMode")),
            Cluster = Text(exec, "provideClusterInfo") is "true" ? cluster : null,
        };
    }

    /// <summary>What the cluster's section holds for plug-ins.</summary>
    public static JsonNode? Extension(YamlMappingNode cluster) =>
        Items(cluster, "extensions").OfType<YamlMappingNode>().FirstOrDefault(e => Text(e, "name") is $"{Group}/exec") is { } found
        && found.Children.TryGetValue("extension", out var extension)
            ? Json(extension)
            : null;

    private static bool IsInteractive(string name, string? mode) => mode switch
    {
        "Never" => false,
        null or "" or "IfAvailable" => !Console.IsInputRedirected,
        "Always" when Console.IsInputRedirected => throw Unusable(name, "it wants to ask somebody (interactiveMode Always), and there is no terminal"),
        "Always" => true,
        _ => throw Unusable(name, $"its interactiveMode has to be Never, IfAvailable or Always"),
    };

    // A path belongs to the kubeconfig; a bare name to PATH, and never to the directory we happen to be in.
    private static string Find(string command, string directory, string? hint)
    {
        if (command.Length is 0) throw Unusable(command, "no command is named");
        if (command.Contains('/'))
        {
            var path = Path.GetFullPath(Path.Combine(directory, command));
            return File.Exists(path) ? path : throw Unusable(command, $"there is no {path}{Advice()}");
        }
        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'))
        {
            if (Path.IsPathRooted(folder) && Path.Combine(folder, command) is var path && IsProgram(path)) return path;
        }
        throw Unusable(command, $"there is no such command in PATH{Advice()}");

        string Advice() => hint is { Length: > 0 } ? $"; {hint.ReplaceLineEndings(" ").Trim()}" : "";
    }

    private static bool IsProgram(string path) =>
        File.Exists(path) && (new FileInfo(path).UnixFileMode & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) is not 0;

    private static KubeConfigException Unusable(string command, string why) => new($"the credential plug-in \"{command}\" gave no credentials: {why}");

    private static string? Text(YamlMappingNode node, string key) =>
        node.Children.TryGetValue(key, out var value) && value is YamlScalarNode { Value: { } text } ? text : null;

    private static IEnumerable<YamlNode> Items(YamlMappingNode node, string key) =>
        node.Children.TryGetValue(key, out var value) && value is YamlSequenceNode list ? list.Children : [];

    private static JsonNode? Json(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(c => KeyValuePair.Create(((YamlScalarNode)c.Key).Value ?? "", Json(c.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(Json)]),
        YamlScalarNode { Style: ScalarStyle.Plain, Value: { } plain } => plain switch
        {
            "" or "~" or "null" => null,
            "true" => JsonValue.Create(true),
            "false" => JsonValue.Create(false),
            _ when long.TryParse(plain, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => JsonValue.Create(whole),
            _ when double.TryParse(plain, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) && double.IsFinite(real) => JsonValue.Create(real),
            _ => JsonValue.Create(plain),
        },
        _ => JsonValue.Create(((YamlScalarNode)node).Value),
    };
}
