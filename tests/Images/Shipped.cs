using System.Diagnostics;
using System.Security.Cryptography;
using Sidecars.Tests.Support;

namespace Sidecars.Images.Tests;

/// <summary>What ships, as the tests expect it: the programs, and which of them speak TLS. Images lie where <c>eng/images.sh</c> puts them.</summary>
internal static class Shipped
{
    /// <summary>The image that holds all programs.</summary>
    public const string Shared = "csi-sidecars";

    /// <summary>The user of all images.</summary>
    public const int User = 65532;

    /// <summary>They speak to the driver and the kubelet alone, on sockets.</summary>
    public static readonly string[] NodeSide = ["csi-node-driver-registrar", "livenessprobe"];

    /// <summary>They speak to the API server.</summary>
    public static readonly string[] ApiClients = ["csi-attacher", "csi-cluster-driver-registrar", "csi-provisioner", "csi-resizer", "csi-snapshotter", "snapshot-controller"];

    public static readonly string[] Programs = [.. ApiClients.Concat(NodeSide).Order(StringComparer.Ordinal)];

    public static readonly string[] Images = [.. Programs, Shared];

    /// <summary>The programs in an image.</summary>
    public static string[] ProgramsOf(string image) => image is Shared ? Programs : [image];

    /// <summary>The file of an image, or what lies beside it.</summary>
    public static string FileOf(string image, string extension)
    {
        var path = Path.Combine(Root, "artifacts", "images", "amd64", image + extension);
        Assert.That(path, Does.Exist, "eng/images.sh writes it");
        return path;
    }

    /// <summary>SHA-256 of a published program.</summary>
    public static string SumOf(string program) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(PublishedProgram.PathOf(program))));

    /// <summary>The repository's folder.</summary>
    public static string Root => Path.GetFullPath(Path.Combine(PublishedProgram.ToolOf("any"), "..", "..", ".."));

    /// <summary>Runs a command to its end, and returns what it wrote on standard output; a failure is the test's, with what it said.</summary>
    public static async Task<string> Run(string file, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WithinLimit();
        Assert.That(process.ExitCode, Is.Zero, $"{file} {string.Join(' ', arguments)}\n{await output.WithinLimit()}{await error.WithinLimit()}");
        return await output.WithinLimit();
    }
}
