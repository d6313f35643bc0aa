using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Http;

/// <summary>
/// The classes of attributes of the cluster, in whichever version the API server serves them. They are read one at a time and not kept: few claims
/// name one at a time. A server that is upgraded under our feet may serve another version from then on; that shows in the first answer that knows nothing of
/// the old one, and is asked about then.
/// </summary>
public sealed class AttributesClasses(ApiClient api, TimeProvider time)
{
    /// <summary>Tried where nobody knows the version.</summary>
    public const string Newest = "v1";

    private readonly ServedKind _served = new(api, "storage.k8s.io", [Newest, "v1beta1"], "VolumeAttributesClass", time);

    /// <inheritdoc cref="ServedKind.Ask"/>
    public ValueTask<(string? Version, ApiFailure? Failure)> Version(CancellationToken stop) => _served.Ask(stop);

    /// <summary>The class of that name. Where nobody knows the version, the newest is tried: the server's own words say then what is the matter.</summary>
    public async Task<ApiResult<VolumeAttributesClass>> Read(string name, CancellationToken stop)
    {
        for (var isSecond = false; ; isSecond = true)
        {
            var (version, _) = await _served.Ask(stop);
            var read = await api.GetAsync(Resources.VolumeAttributesClasses(version ?? Newest), new ObjectKey(null, name), stop);
            if (read.IsSuccess || version is null || isSecond || !read.Failure.IsUnserved) return read;
            _served.Forget(version);
        }
    }
}
