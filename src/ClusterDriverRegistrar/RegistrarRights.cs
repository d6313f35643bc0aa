using Sidecars.Kubernetes.Rights;

namespace Sidecars.ClusterDriverRegistrar;

/// <summary>What csi-cluster-driver-registrar needs to be allowed (charts contract 3.4): its own driver's object, and no other.</summary>
internal static class RegistrarRights
{
    private const string Group = "storage.k8s.io";
    private const string Objects = "csidrivers";

    /// <summary>Without the lease, which belongs to the election.</summary>
    public static IEnumerable<RequiredRight> Of(string driver, bool reconciles, bool deletesOnStop) =>
    [
        new("registration of the driver", Group, Objects, "create"), // a name cannot be granted for what is not there yet
        new("registration of the driver", Group, Objects, "get", "watch") { Name = driver },
        .. reconciles ? new RequiredRight[] { new("change of the driver's object to what the flags say", Group, Objects, "patch") { Name = driver } } : [],
        .. deletesOnStop ? new RequiredRight[] { new("deletion of the driver's object at the end", Group, Objects, "delete") { Name = driver } } : [],
    ];
}
