namespace Sidecars.NodeDriverRegistrar.Registration;

/// <summary>The names of the kubelet's plugin registration, version 1 (registrar contract 4).</summary>
internal static class RegistrationContract
{
    public const string Service = "pluginregistration.Registration";
    public const string GetInfo = "GetInfo";
    public const string NotifyRegistrationStatus = "NotifyRegistrationStatus";

    /// <summary>The kind of plugin: a CSI driver.</summary>
    public const string PluginType = "CSIPlugin";

    /// <summary>The only version of CSI the kubelet accepts is 1.</summary>
    public const string CsiVersion = "1.0.0";

    public static string PathOf(string method) => $"/{Service}/{method}";
}
