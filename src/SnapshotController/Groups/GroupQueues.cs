using Sidecars.ControllerManager;

namespace Sidecars.SnapshotController.Groups;

/// <summary>The lines of work on groups and on their contents.</summary>
internal sealed record GroupQueues(KeyController Groups, KeyController Contents) : IDisposable
{
    public void Dispose()
    {
        Groups.Dispose();
        Contents.Dispose();
    }
}
