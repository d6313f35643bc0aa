using Csi.V1;
using Sidecars.Csi;
using Sidecars.ExternalProvisioner.Claims;
using Sidecars.ExternalProvisioner.Secrets;
using Sidecars.Hosting;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Requests;

/// <summary>
/// Makes the CreateVolume request of a claim. The order of the checks is the contract's (provisioner contract 5.1), because the
/// first that fails is the one the user reads. Only the provisioner's secret is fetched; everything else is computed.
/// </summary>
internal sealed class RequestComposer(DriverFacts driver, ProvisionerOptions options, SecretReader secrets)
{
    public async Task<(VolumeRequest? Request, ProvisionFailure? Failure)> Compose(
        PersistentVolumeClaim claim, StorageClass storageClass, string volume, string? selectedNode, CancellationToken stop)
    {
        if (Refusal(claim, selectedNode) is { } refused) return (null, Finished(refused));

        var (fsType, fsTypeError) = FileSystemType.Of(storageClass.Parameters, options.DefaultFsType);
        if (fsTypeError is not null) return (null, Finished(fsTypeError));
        var request = new CreateVolumeRequest { Name = volume, CapacityRange = new CapacityRange() };
        if (RequestedBytes(claim, out var bytes) is { } sizeError) return (null, Finished(sizeError));
        request.CapacityRange.RequiredBytes = bytes;
        if (AddCapabilities(request, claim, storageClass, fsType!) is { } modeError) return (null, Finished(modeError));

        var (volumeSecrets, error) = Resolve(storageClass.Parameters, volume, claim, out var laterError);
        if (error is null && volumeSecrets.Provisioner is { } reference)
        {
            (var content, error) = await secrets.Read(reference, stop);
            if (content is not null) request.Secrets.Add(content.ToDictionary());
        }
        if (error is not null) return (null, new ProvisionFailure(ProvisionState.NoChange, error));
        if (laterError is not null) return (null, new ProvisionFailure(ProvisionState.NoChange, laterError));

        var (parameters, parameterError) = ReservedParameters.Strip(storageClass.Parameters);
        if (parameterError is not null) return (null, Finished($"failed to strip CSI Parameters of prefixed keys: {parameterError}"));
        request.Parameters.Add(parameters);
        if (options.ExtraCreateMetadata) AddMetadata(request, claim, volume);
        return (new VolumeRequest(request, fsType!, volumeSecrets), null);
    }

    /// <summary>Claims that cannot be served as they are, by this driver or by this program.</summary>
    private string? Refusal(PersistentVolumeClaim claim, string? selectedNode)
    {
        var (source, sourceError) = SourceKinds.Of(claim);
        if (sourceError is not null) return sourceError;
        if (source is not null && SourceKinds.Problem(claim, source) is { } problem) return problem;
        var namesAttributesClass = options.UsesAttributesClasses && !string.IsNullOrEmpty(claim.Spec.VolumeAttributesClassName);
        var refused = CapabilityCheck.Basic(driver.Plugin, driver.Controller)
                      ?? CapabilityCheck.ForClaim(driver.Controller, source, namesAttributesClass);
        if (refused is not null) return refused;
        if (claim.Spec.Selector is not null) return "claim Selector is not supported";
        if (source is not null) return $"filling a volume from a {source.Kind} is not supported by this version; remove the claim's data source";
        if (namesAttributesClass)
            return $"VolumeAttributesClass {claim.Spec.VolumeAttributesClassName} is not supported by this version; remove it from the claim";
        return driver.Plugin.HasTopology && options.UsesTopology
            ? $"driver {driver.Name} places volumes by topology{(selectedNode is { Length: > 0 } ? $" and node {selectedNode} is selected" : "")}, "
              + "which is not supported by this version; start csi-provisioner with --feature-gates=Topology=false to create volumes wherever the driver puts them"
            : null;
    }

    private static string? RequestedBytes(PersistentVolumeClaim claim, out long bytes)
    {
        bytes = 0;
        if (claim.Spec.Resources?.Requests?[WellKnown.Storage] is not { } text) return null;
        if (!Quantity.TryParse(text, out var quantity)) return $"the requested size \"{text}\" is not a quantity";
        bytes = quantity.Value;
        return null;
    }

    private string? AddCapabilities(CreateVolumeRequest request, PersistentVolumeClaim claim, StorageClass storageClass, string fsType)
    {
        foreach (var mode in claim.Spec.AccessModes ?? [])
        {
            if (!AccessModes.TryTranslate(mode, driver.HasSingleNodeMultiWriter, out var csiMode, out var error)) return error;
            request.VolumeCapabilities.Add(VolumeCapabilities.Compose(claim.Spec.VolumeMode is WellKnown.Block, fsType, storageClass.MountOptions, csiMode));
        }
        return null;
    }

    /// <summary>
    /// All references. The provisioner's own comes first, because its error hides the others'; theirs wait in
    /// <paramref name="laterError"/> until its secret was fetched.
    /// </summary>
    private static (VolumeSecrets Secrets, string? Error) Resolve(StringMap? parameters, string volume, PersistentVolumeClaim claim, out string? laterError)
    {
        var template = new TemplateClaim(claim.Metadata.Namespace ?? "", claim.Name, claim.Metadata.Annotations);
        var (own, error) = SecretTemplate.Resolve(SecretPurpose.Provisioner, parameters, volume, template);
        string? later = null;
        var all = new VolumeSecrets(own, Next(SecretPurpose.ControllerPublish), Next(SecretPurpose.NodeStage), Next(SecretPurpose.NodePublish),
            Next(SecretPurpose.ControllerExpand), Next(SecretPurpose.NodeExpand), Next(SecretPurpose.ControllerModify));
        laterError = later;
        return (all, error);

        SecretReference? Next(SecretPurpose purpose)
        {
            var (reference, problem) = SecretTemplate.Resolve(purpose, parameters, volume, template);
            later ??= problem;
            return reference;
        }
    }

    private static void AddMetadata(CreateVolumeRequest request, PersistentVolumeClaim claim, string volume)
    {
        request.Parameters[ReservedParameters.ClaimName] = claim.Name;
        request.Parameters[ReservedParameters.ClaimNamespace] = claim.Metadata.Namespace ?? "";
        request.Parameters[ReservedParameters.VolumeName] = volume;
    }

    private static ProvisionFailure Finished(string message) => new(ProvisionState.Finished, message);
}
