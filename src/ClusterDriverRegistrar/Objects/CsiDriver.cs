using Sidecars.Kubernetes.Objects;

namespace Sidecars.ClusterDriverRegistrar.Objects;

/// <summary>A CSIDriver: what the cluster knows of a driver. Cluster-wide, named after the driver, without a status.</summary>
internal sealed class CsiDriver : KubeObject
{
    public CsiDriverSpec? Spec { get; set; }

    /// <summary>An object to be created: a name and a spec, and nothing else (registrar contract B2).</summary>
    public static CsiDriver Of(string driver, CsiDriverSpec spec) => new()
    {
        ApiVersion = "storage.k8s.io/v1",
        Kind = "CSIDriver",
        Metadata = new ObjectMeta { Name = driver },
        Spec = spec,
    };
}
