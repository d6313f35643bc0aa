using System.Text.Json;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Json;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Leading;

/// <summary>Reads and writes the lease of an election; every update carries the version read, so a second writer gets 409.</summary>
internal sealed class LeaseLock(ApiClient api, string ns, string name)
{
    private readonly string _collection = $"/apis/coordination.k8s.io/v1/namespaces/{Uri.EscapeDataString(ns)}/leases";

    public Task<ApiResult<Lease>> Get(CancellationToken cancel) =>
        api.SendAsync(HttpMethod.Get, $"{_collection}/{Uri.EscapeDataString(name)}", KubeJson.Default.Lease, default, null, cancel);

    public Task<ApiResult<Lease>> Create(LeaseSpec spec, IReadOnlyDictionary<string, string> labels, CancellationToken cancel)
    {
        var lease = new Lease { Metadata = new LeaseMeta { Name = name, Namespace = ns }, Spec = spec };
        if (labels.Count > 0) lease.Metadata.Labels = new Dictionary<string, string>(labels);
        return Send(HttpMethod.Post, _collection, lease, cancel);
    }

    /// <summary>Replaces the record and keeps everything else that stands on the lease; our labels win over existing ones.</summary>
    public Task<ApiResult<Lease>> Update(Lease read, LeaseSpec spec, IReadOnlyDictionary<string, string> labels, CancellationToken cancel)
    {
        var lease = new Lease
        {
            Metadata = new LeaseMeta
            {
                Name = read.Metadata.Name,
                Namespace = read.Metadata.Namespace,
                Uid = read.Metadata.Uid,
                ResourceVersion = read.Metadata.ResourceVersion,
                Labels = read.Metadata.Labels,
                Others = read.Metadata.Others,
            },
            Spec = spec,
        };
        if (labels.Count > 0)
        {
            lease.Metadata.Labels = new Dictionary<string, string>(read.Metadata.Labels ?? []);
            foreach (var (key, value) in labels) lease.Metadata.Labels[key] = value;
        }
        return Send(HttpMethod.Put, $"{_collection}/{Uri.EscapeDataString(name)}", lease, cancel);
    }

    private Task<ApiResult<Lease>> Send(HttpMethod method, string path, Lease lease, CancellationToken cancel) =>
        api.SendAsync(method, path, KubeJson.Default.Lease, JsonSerializer.SerializeToUtf8Bytes(lease, KubeJson.Default.Lease), MediaTypes.Json, cancel, abandon: cancel); // an unknown outcome is found out by the next try
}
