namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>A volume of a pod that is a claim: one it names, or one made for it alone.</summary>
internal readonly record struct PodClaim(string Volume, string Claim, bool IsReadOnly, bool IsEphemeral);

/// <summary>What a pod says about its volumes.</summary>
internal static class PodVolumes
{
    /// <summary>The claims of a pod: those it names, and those made for its generic ephemeral volumes.</summary>
    public static IEnumerable<string> ClaimNames(StoredObject pod) => Claims(pod).Select(volume => volume.Claim);

    public static IEnumerable<PodClaim> Claims(StoredObject pod)
    {
        foreach (var volume in pod.Root.Items("spec", "volumes"))
        {
            var name = volume.Text("name");
            if (volume.Text("persistentVolumeClaim", "claimName") is { Length: > 0 } claim)
                yield return new(name, claim, volume.Flag("persistentVolumeClaim", "readOnly") ?? false, IsEphemeral: false);
            else if (volume.At("ephemeral") is not null) yield return new(name, $"{pod.Name}-{name}", IsReadOnly: false, IsEphemeral: true);
        }
    }

    public static string NodeName(StoredObject pod) => pod.Root.Text("spec", "nodeName");

    /// <summary>The pod has ended by itself; what it used is free.</summary>
    public static bool IsFinished(StoredObject pod) => pod.Root.Text("status", "phase") is "Succeeded" or "Failed";
}
