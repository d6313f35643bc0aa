using Sidecars.ExternalProvisioner.Claims;
using Sidecars.ExternalProvisioner.Requests;
using Sidecars.Kubernetes.Migration;

namespace Sidecars.ExternalProvisioner.Migration;

/// <summary>
/// Puts a class of the built-in plugin we have taken over in the driver's words (provisioner contract 5.1, step 3, and 11). All later parts see
/// the translated class; the volume that is made becomes one of the plugin again.
/// </summary>
internal sealed class ClassTranslationPart(string driver) : IRequestPart
{
    public ValueTask<ProvisionFailure?> Add(RequestDraft draft, CancellationToken stop)
    {
        if (!MigrationTargets.IsPluginOf(draft.Class.Provisioner, driver)) return default;
        var (translated, error) = ClassTranslation.Translate(draft.Class);
        if (translated is null) return new(ProvisionFailure.FinishedWhere($"failed to translate storage class: {error}; make class {draft.Class.Name} anew"));
        (draft.Class, draft.IsMigrated) = (translated, true);
        if (ClassTranslation.FillsFromTheDriver(driver)) draft.SourceDriver = driver;
        return default;
    }
}
