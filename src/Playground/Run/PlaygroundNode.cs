namespace Sidecars.Playground;

/// <summary>
/// A node of the playground: its name, the socket at which its driver is spoken to, and where its kubelet keeps what pods have. Our own driver
/// stands for three nodes, of which one has much more room than the others; somebody else's is on one.
/// </summary>
internal sealed record PlaygroundNode(int Number, string CsiSocket, string KubeletDirectory)
{
    /// <summary>The capacity of all nodes but the last, which has what the driver has by itself: ten times more than a volume may have.</summary>
    public const string SmallCapacity = "200Gi";

    private const int Count = 3;
    private const string FirstName = "playground-node";

    public string Name => Number == 1 ? FirstName : $"{FirstName}-{Number}";

    public static IReadOnlyList<PlaygroundNode> All(PlaygroundOptions options, WorkingDirectory directory) => options.CsiAddress is { } socket
        ? [new PlaygroundNode(1, socket, directory.File("kubelet"))]
        : [.. Enumerable.Range(1, Count).Select(number => new PlaygroundNode(
            number, directory.File(number == 1 ? "csi.sock" : $"csi-{number}.sock"), directory.File(number == 1 ? "kubelet" : $"kubelet-{number}")))];

    /// <summary>What a program that runs here is called; on the first node as it is, so that a log is found under the program's own name.</summary>
    public string NameOf(string program) => Number == 1 ? program : $"{program}-{Number}";
}
