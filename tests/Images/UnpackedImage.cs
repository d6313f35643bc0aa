using System.Text.Json.Nodes;
using Sidecars.Tests.Support;

namespace Sidecars.Images.Tests;

/// <summary>
/// An image's content with a real runtime. It is read by skopeo and unpacked by umoci, as a registry and an engine would, and what is started in it runs
/// under runc as in a pod with a strict security context: the image's user or another one, no capability, a root file system that cannot be
/// written. The network is the machine's, so that a program reaches what a test serves.
/// </summary>
internal sealed class UnpackedImage : IDisposable
{
    private const string Runtime = "/usr/sbin/runc";

    /// <summary>What the runtime says where the machine does not let it start anything; null where it does.</summary>
    private static readonly Lazy<Task<string?>> s_refusal = new(AskForRefusal);

    private readonly TemporaryDirectory _directory;
    private readonly JsonNode _specification;
    private int _containers;

    private UnpackedImage(TemporaryDirectory directory, JsonNode specification) => (_directory, _specification) = (directory, specification);

    public static async Task<UnpackedImage> Of(string image)
    {
        if (!Environment.IsPrivilegedProcess) Assert.Ignore("only root may start containers as a user that is not its own");
        if (await s_refusal.Value is { } refusal) Assert.Ignore($"this machine lets {Runtime} start nothing: {refusal}");
        return await Unpack(image);
    }

    private static async Task<UnpackedImage> Unpack(string image)
    {
        var directory = new TemporaryDirectory();
        await Shipped.Run("skopeo", "copy", "--quiet", $"oci-archive:{Shipped.FileOf(image, ".tar")}", $"oci:{directory.File("layout")}:image");
        await Shipped.Run("umoci", "unpack", "--image", $"{directory.File("layout")}:image", directory.File("bundle"));
        return new UnpackedImage(directory, JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(directory.File("bundle"), "config.json")))!);
    }

    // What is wrong with a program of ours shows at "exec"; before that it is the machine: no namespaces, no control groups.
    private static async Task<string?> AskForRefusal()
    {
        using var image = await Unpack("livenessprobe");
        await using var container = image.Start(["--help"]);
        await container.Run.WaitForExit();
        return container.Run.ErrorLines.FirstOrDefault(line =>
            line.Contains("runc run failed", StringComparison.Ordinal) && !line.Contains("exec:", StringComparison.Ordinal) && !line.Contains("exec \\\"", StringComparison.Ordinal));
    }

    /// <summary>Starts its entry point with arguments.</summary>
    public Container Start(string[] arguments, params Mount[] mounts) => Start(Shipped.User, [.. EntryPoint, .. arguments], mounts);

    /// <summary>Starts a command as a user.</summary>
    public Container Start(int user, string[] command, params Mount[] mounts)
    {
        var specification = _specification.DeepClone();
        var process = specification["process"]!;
        process["terminal"] = false;
        process["args"] = new JsonArray([.. command.Select(a => (JsonNode)a)]);
        if (user != Shipped.User) process["user"] = new JsonObject { ["uid"] = user, ["gid"] = 0 };
        process["capabilities"] = new JsonObject();
        specification["root"] = new JsonObject { ["path"] = Path.Combine(_directory.File("bundle"), "rootfs"), ["readonly"] = true };
        specification["linux"]!["namespaces"]!.AsArray().RemoveAll(n => n!["type"]!.GetValue<string>() is "network");
        foreach (var (from, to) in mounts)
            specification["mounts"]!.AsArray().Add(new JsonObject { ["type"] = "bind", ["source"] = from, ["destination"] = to, ["options"] = new JsonArray("rbind", "rw") });
        var bundle = Directory.CreateDirectory(_directory.File($"container{++_containers}")).FullName;
        File.WriteAllText(Path.Combine(bundle, "config.json"), specification.ToJsonString());
        var (state, name) = (_directory.File("state"), $"{Path.GetFileName(_directory.Path)}-{_containers}");
        return new Container(PublishedProgram.StartFile(Runtime, ["--root", state, "run", "--bundle", bundle, name]), Runtime, state, name);
    }

    private IEnumerable<string> EntryPoint => _specification["process"]!["args"]!.AsArray().Select(a => a!.GetValue<string>());

    public void Dispose() => _directory.Dispose();

    /// <summary>A path of this machine at a path of the container's.</summary>
    public sealed record Mount(string From, string To);
}
