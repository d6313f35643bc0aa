namespace Sidecars.ExternalProvisioner.Secrets;

/// <summary>
/// What a secret named in a class is for, and under which keys it is named (provisioner contract 5.5).
/// </summary>
/// <param name="Kind">Name in error messages.</param>
/// <param name="NameKey">Key of the name.</param>
/// <param name="NamespaceKey">Key of the namespace.</param>
/// <param name="DeprecatedNameKey">Older key of the name; null where there never was one. It goes to the driver too.</param>
/// <param name="DeprecatedNamespaceKey">Older key of the namespace.</param>
internal sealed record SecretPurpose(string Kind, string NameKey, string NamespaceKey, string? DeprecatedNameKey = null, string? DeprecatedNamespaceKey = null)
{
    private const string Prefix = "csi.storage.k8s.io/";

    public static readonly SecretPurpose Default = Of("Default", "");
    public static readonly SecretPurpose Provisioner = WithDeprecated("Provisioner", "provisioner-");
    public static readonly SecretPurpose ControllerPublish = WithDeprecated("ControllerPublish", "controller-publish-");
    public static readonly SecretPurpose NodeStage = WithDeprecated("NodeStage", "node-stage-");
    public static readonly SecretPurpose NodePublish = WithDeprecated("NodePublish", "node-publish-");
    public static readonly SecretPurpose ControllerExpand = Of("ControllerExpand", "controller-expand-");
    public static readonly SecretPurpose NodeExpand = Of("NodeExpand", "node-expand-");
    public static readonly SecretPurpose ControllerModify = Of("ControllerModify", "controller-modify-");

    public static readonly IReadOnlyList<SecretPurpose> All =
        [Default, Provisioner, ControllerPublish, NodeStage, NodePublish, ControllerExpand, NodeExpand, ControllerModify];

    private static SecretPurpose Of(string kind, string key) => new(kind, $"{Prefix}{key}secret-name", $"{Prefix}{key}secret-namespace");

    private static SecretPurpose WithDeprecated(string kind, string key) =>
        Of(kind, key) with { DeprecatedNameKey = $"csi{kind}SecretName", DeprecatedNamespaceKey = $"csi{kind}SecretNamespace" };
}
