namespace Sidecars.HostPathDriver.NodeSide;

/// <summary>
/// How a volume's data appears at a path of the node. Every step may be repeated: it makes true what it promises, whatever part of
/// it was true before.
/// </summary>
internal interface IMounter
{
    void Stage(string data, bool isBlock, string stagingPath);

    void Unstage(string data, string stagingPath);

    void Publish(string data, bool isBlock, string targetPath, bool isReadOnly);

    void Unpublish(string data, string targetPath);

    /// <summary>True while the data can be seen at the path.</summary>
    bool IsPublished(string data, string targetPath);
}
