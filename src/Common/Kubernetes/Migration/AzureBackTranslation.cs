using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Migration;

/// <summary>Makes volumes of the two drivers of Azure ones of the plugins they took over (provisioner contract 11). Null is success, else it is an error text.</summary>
internal static class AzureBackTranslation
{
    /// <summary>The namespace of the account's secret where the driver names none.</summary>
    private const string DefaultNamespace = "default";

    public static string? ToDisk(PersistentVolume volume, CsiVolumeSource csi, string uri)
    {
        if (DiskNameOf(uri) is not { } name)
            return $"volume handle {uri} has not the form /subscriptions/S/resourceGroups/G/providers/Microsoft.Compute/disks/D";
        var attributes = InAnyCase(csi);
        volume.Spec.AzureDisk = new(uri, NonEmpty(attributes, "cachingmode"), NonEmpty(attributes, "fstype") ?? csi.FsType ?? "", csi.ReadOnly, "Managed", name);
        return null;
    }

    public static string? ToFile(PersistentVolume volume, CsiVolumeSource csi, string handle)
    {
        var attributes = InAnyCase(csi);
        var share = NonEmpty(attributes, "sharename");
        var (secret, ns) = csi.NodeStageSecretRef is { Name.Length: > 0 } stage
            ? (stage.Name, stage.Namespace)
            : (NonEmpty(attributes, "secretname"), attributes.GetValueOrDefault("secretnamespace"));
        // GROUP#ACCOUNT#SHARE and more.
        var parts = handle.Split('#');
        if (parts.Length > 2)
        {
            share ??= parts[2];
            secret ??= $"azure-storage-account-{parts[1]}-secret";
            if (parts[0].Length > 0) BackTranslation.Annotate(volume, new KeyValuePair<string, string>(MigrationMarks.AzureResourceGroup, parts[0]));
        }
        if (share is null || secret is null) return $"volume handle {handle} has not the form GROUP#ACCOUNT#SHARE, and the driver did not name share and secret in the attributes of the volume";
        volume.Spec.AzureFile = new(secret, share, csi.ReadOnly, ns ?? DefaultNamespace);
        return null;
    }

    /// <summary>The name at the end of a disk's URI, or of the file of one that is not managed; null where it is neither.</summary>
    private static string? DiskNameOf(string uri) => uri.StartsWith("http", StringComparison.OrdinalIgnoreCase)
        ? After(uri, "://", "/vhds/")
        : After(uri, "/subscriptions/", "/resourceGroups/", "/providers/Microsoft.Compute/disks/");

    /// <summary>What follows the last of these marks, where all of them are there in this order.</summary>
    private static string? After(string text, params ReadOnlySpan<string> marks)
    {
        var rest = text.LastIndexOf(marks[^1], StringComparison.Ordinal);
        if (rest < 0) return null;
        var position = 0;
        foreach (var mark in marks[..^1])
        {
            var found = text.IndexOf(mark, position, rest - position, StringComparison.Ordinal);
            if (found < 0) return null;
            position = found + mark.Length;
        }
        rest += marks[^1].Length;
        return rest < text.Length ? text[rest..] : null;
    }

    private static string? NonEmpty(Dictionary<string, string> attributes, string key) =>
        attributes.GetValueOrDefault(key) is { Length: > 0 } value ? value : null;

    /// <summary>The keys of the drivers count in any case of letters.</summary>
    private static Dictionary<string, string> InAnyCase(CsiVolumeSource csi)
    {
        var attributes = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in csi.VolumeAttributes ?? StringMap.Empty) attributes[key] = value;
        return attributes;
    }
}
