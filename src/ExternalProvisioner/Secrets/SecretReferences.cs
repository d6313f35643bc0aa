using Sidecars.ExternalProvisioner.Requests;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalProvisioner.Secrets;

/// <summary>Which secrets a class names for a volume, by purpose (provisioner contract 5.5). Pure: nothing is fetched.</summary>
internal static class SecretReferences
{
    /// <summary>
    /// All references, with what is wrong with the provisioner's own and with the first of the others: its own error hides theirs, and its
    /// secret is fetched before they are looked at.
    /// </summary>
    public static (VolumeSecrets Secrets, string? OwnError, string? LaterError) Of(PersistentVolumeClaim claim, StorageClass storageClass, string volume)
    {
        string? later = null;
        var template = new TemplateClaim(claim.Metadata.Namespace ?? "", claim.Name, claim.Metadata.Annotations);
        var (own, error) = SecretTemplate.Resolve(SecretPurpose.Provisioner, storageClass.Parameters, volume, template);
        var secrets = new VolumeSecrets(own, Next(SecretPurpose.ControllerPublish), Next(SecretPurpose.NodeStage), Next(SecretPurpose.NodePublish),
            Next(SecretPurpose.ControllerExpand), Next(SecretPurpose.NodeExpand), Next(SecretPurpose.ControllerModify));
        return (secrets, error, later);

        SecretReference? Next(SecretPurpose purpose)
        {
            var (reference, problem) = SecretTemplate.Resolve(purpose, storageClass.Parameters, volume, template);
            later ??= problem;
            return reference;
        }
    }
}
