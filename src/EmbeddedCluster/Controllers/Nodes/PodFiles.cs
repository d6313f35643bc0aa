using System.Text.Json;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>
/// The ConfigMaps and Secrets a pod cannot run without: as volumes, before anything of it is there, and as variables of its containers, once its
/// volumes are. What is optional is left out.
/// </summary>
internal static class PodFiles
{
    private static readonly (string Volume, string Name, string Resource, string Kind)[] s_volumes =
        [("configMap", "name", "configmaps", "configmap"), ("secret", "secretName", "secrets", "secret")];

    /// <summary>The first volume that cannot be made, and why.</summary>
    public static (string Volume, string Reason)? MissingVolume(Storage storage, StoredObject pod)
    {
        foreach (var volume in pod.Root.Items("spec", "volumes"))
        {
            foreach (var (source, name, resource, kind) in s_volumes)
            {
                if (volume.At(source) is { } own && WhyMissing(storage, pod, own, own.Text(name), resource, kind) is { } reason) return (volume.Text("name"), reason);
                foreach (var part in volume.Items("projected", "sources"))
                    if (part.At(source) is { } projected && WhyMissing(storage, pod, projected, projected.Text("name"), resource, kind) is { } wrong)
                        return (volume.Text("name"), wrong);
            }
        }
        return null;
    }

    /// <summary>The first container that has no variables to start with, and why.</summary>
    public static (string Container, string Reason)? MissingVariables(Storage storage, StoredObject pod)
    {
        foreach (var container in pod.Root.Items("spec", "initContainers").Concat(pod.Root.Items("spec", "containers")))
        {
            foreach (var from in container.Items("envFrom"))
                if (Missing(from, "configMapRef", "secretRef") is { } reason) return (container.Text("name"), reason);
            foreach (var variable in container.Items("env"))
                if (variable.At("valueFrom") is { } value && Missing(value, "configMapKeyRef", "secretKeyRef") is { } reason) return (container.Text("name"), reason);
        }
        return null;

        string? Missing(JsonElement owner, string configMap, string secret) =>
            Unnamed(owner.At(configMap), "configmaps", "configmap", "ConfigMap") ?? Unnamed(owner.At(secret), "secrets", "secret", "Secret");

        string? Unnamed(JsonElement? reference, string resource, string lower, string kind)
        {
            if (reference is not { } named || named.Flag("optional") == true) return null;
            if (storage.Get(resource, pod.Namespace, named.Text("name")).Object is not { } found) return $"{lower} \"{named.Text("name")}\" not found";
            return named.Text("key") is { Length: > 0 } key && !HasKey(found, key) ? $"couldn't find key {key} in {kind} {pod.Namespace}/{found.Name}" : null;
        }
    }

    private static string? WhyMissing(Storage storage, StoredObject pod, JsonElement source, string name, string resource, string kind)
    {
        if (source.Flag("optional") == true) return null;
        if (storage.Get(resource, pod.Namespace, name).Object is not { } found) return $"{kind} \"{name}\" not found";
        foreach (var item in source.Items("items"))
            if (!HasKey(found, item.Text("key"))) return $"references non-existent {(kind == "secret" ? "secret" : "config")} key: {item.Text("key")}";
        return null;
    }

    private static bool HasKey(StoredObject found, string key) => found.Root.At("data", key) is not null || found.Root.At("binaryData", key) is not null;

    /// <summary>Whether the pod names the object anywhere: its coming may be what the pod waits for.</summary>
    public static bool Names(StoredObject pod, StoredObject file)
    {
        var (volumes, variables) = file.Resource.Plural == "secrets" ? (s_volumes[1], "secret") : (s_volumes[0], "configMap");
        return pod.Root.Items("spec", "volumes").Any(volume => volume.Text(volumes.Volume, volumes.Name) == file.Name
                || volume.Items("projected", "sources").Any(part => part.Text(volumes.Volume, "name") == file.Name))
            || pod.Root.Items("spec", "initContainers").Concat(pod.Root.Items("spec", "containers")).Any(container =>
                container.Items("envFrom").Any(from => from.Text(variables + "Ref", "name") == file.Name)
                || container.Items("env").Any(variable => variable.Text("valueFrom", variables + "KeyRef", "name") == file.Name));
    }
}
