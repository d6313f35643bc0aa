using Sidecars.Kubernetes.Http;

namespace Sidecars.SnapshotController.Groups;

/// <summary>Why a group, or a member of it, does not get on.</summary>
/// <param name="Text">What is wrong, and what to do.</param>
/// <param name="PassesByItself">Whether the same again may do: nobody need be told.</param>
/// <param name="IsByServer">Whether it is that the server did not do what it was asked.</param>
internal sealed record GroupProblem(string Text, bool PassesByItself = false, bool IsByServer = false)
{
    /// <summary>The server has refused a request, or did not answer.</summary>
    public GroupProblem(string what, ApiFailure failure) : this($"{what}: {failure}", failure.IsConflict || failure.IsWithoutAnswer, IsByServer: true)
    {
    }
}
