namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>What the controllers read in a StorageClass.</summary>
internal readonly record struct StorageClass(StoredObject Stored)
{
    public string Provisioner => Stored.Root.Text("provisioner");

    public bool WaitsForConsumer => Stored.Root.Text("volumeBindingMode") == "WaitForFirstConsumer";

    /// <summary>True when nobody provisions for this class; its volumes are made by hand.</summary>
    public bool IsStaticOnly => Provisioner == "kubernetes.io/no-provisioner";

    public static StorageClass? Find(Storage storage, string name) =>
        name.Length > 0 && storage.Get("storageclasses", null, name).Object is { } stored ? new StorageClass(stored) : null;
}
