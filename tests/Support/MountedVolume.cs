using System.Globalization;
using System.Runtime.InteropServices;

namespace Sidecars.Tests.Support;

/// <summary>
/// A directory as the kubelet mounts a secret or a config map: each name is a link through <c>..data</c> into a directory of the version, and a new
/// version comes by one rename of that link. Every file of every version has the same time of change, as files of a fast rotation may.
/// </summary>
public sealed partial class MountedVolume(string path)
{
    private int _version;

    /// <summary>The path of a file in it.</summary>
    public string File(string name) => Path.Combine(path, name);

    /// <summary>Another version with these files; those of the version before are gone.</summary>
    public void Write(params (string Name, string Text)[] files)
    {
        var version = string.Create(CultureInfo.InvariantCulture, $"..2024_01_01_{++_version}");
        Directory.CreateDirectory(Path.Combine(path, version));
        foreach (var (name, text) in files)
        {
            var file = Path.Combine(path, version, name);
            System.IO.File.WriteAllText(file, text);
            System.IO.File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch.AddYears(50));
            if (_version is 1) System.IO.File.CreateSymbolicLink(Path.Combine(path, name), Path.Combine("..data", name));
        }
        var data = Path.Combine(path, "..data");
        var before = new FileInfo(data).LinkTarget;
        System.IO.File.CreateSymbolicLink(data + "_tmp", version);
        if (Rename(data + "_tmp", data) is not 0) throw new IOException($"rename failed with {Marshal.GetLastPInvokeError()}");
        if (before is not null) Directory.Delete(Path.Combine(path, before), recursive: true);
    }

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(string from, string to);
}
