using Sidecars.ExternalProvisioner.Claims;

namespace Sidecars.ExternalProvisioner.Requests.Parts;

/// <summary>Which file system the class asks for.</summary>
internal sealed class FileSystemPart(string @default) : IRequestPart
{
    public ValueTask<ProvisionFailure?> Add(RequestDraft draft, CancellationToken stop)
    {
        var (fsType, error) = FileSystemType.Of(draft.Class.Parameters, @default);
        draft.FsType = fsType ?? "";
        return new(ProvisionFailure.FinishedWhere(error));
    }
}
