using Sidecars.HostPathDriver.Rpc;

namespace Sidecars.HostPathDriver.NodeSide;

/// <summary>
/// Publishes with symbolic links, which needs no privilege. A link cannot make a volume read-only; what the driver recorded about it is
/// all there is. Staging only makes sure the directory exists.
/// </summary>
internal sealed class LinkMounter : IMounter
{
    public void Stage(string data, bool isBlock, string stagingPath) => Directory.CreateDirectory(stagingPath);

    public void Unstage(string data, string stagingPath)
    {
    }

    public void Publish(string data, bool isBlock, string targetPath, bool isReadOnly)
    {
        if (IsPublished(data, targetPath)) return;
        MakeRoom(targetPath);
        File.CreateSymbolicLink(targetPath, data);
    }

    public void Unpublish(string data, string targetPath)
    {
        if (IsPublished(data, targetPath)) File.Delete(targetPath);
        else if (IsEmptyDirectory(targetPath)) Directory.Delete(targetPath);
    }

    public bool IsPublished(string data, string targetPath) => new FileInfo(targetPath).LinkTarget == data;

    private static void MakeRoom(string targetPath)
    {
        var target = new FileInfo(targetPath);
        if (target.LinkTarget is { } elsewhere)
            throw Refuse.FailedPrecondition($"target_path {targetPath} is a link to {elsewhere}; this driver does not replace it.");
        if (IsEmptyDirectory(targetPath)) Directory.Delete(targetPath);
        else if (target.Exists || Directory.Exists(targetPath))
            throw Refuse.FailedPrecondition($"target_path {targetPath} holds something else; this driver does not replace it.");
        Directory.CreateDirectory(Path.GetDirectoryName(targetPath) ?? "/");
    }

    private static bool IsEmptyDirectory(string path) =>
        new DirectoryInfo(path) is { Exists: true, LinkTarget: null } && !Directory.EnumerateFileSystemEntries(path).Any();
}
