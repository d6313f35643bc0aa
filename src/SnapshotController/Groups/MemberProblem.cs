using Sidecars.Kubernetes.Http;

namespace Sidecars.SnapshotController.Groups;

/// <summary>Why a member of a group is not there yet.</summary>
/// <param name="Text">What is wrong, and what to do.</param>
/// <param name="PassesByItself">Whether the same again may do: nobody need be told.</param>
internal sealed record MemberProblem(string Text, bool PassesByItself = false)
{
    /// <summary>The server has refused a write, or did not answer.</summary>
    public MemberProblem(string what, ApiFailure failure) : this($"{what}: {failure}", failure.IsConflict || failure.IsWithoutAnswer)
    {
    }
}
