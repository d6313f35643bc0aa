using Sidecars.ControllerManager;
using Sidecars.ExternalAttacher.Requests;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalAttacher.Tests.Requests;

/// <summary>Attachments that an API server does not let through, but an older one may have (attacher contract 8 step 1).</summary>
internal sealed class VolumeOriginsTests
{
    [TestCase(true, true, "both InlineCSIVolumeSource and PersistentVolumeName specified in VA source")]
    [TestCase(false, false, "neither InlineCSIVolumeSource nor PersistentVolumeName specified in VA source")]
    public async Task A_volume_is_named_in_exactly_one_way(bool byName, bool inline, string error)
    {
        var (address, _) = ClusterAddress.Find("", "http://127.0.0.1:1");
        using var api = new ApiClient(address!, new ApiClientOptions { UserAgent = "test" }, TimeProvider.System, new RecordingLogger());
        var origins = new VolumeOrigins(new Caches(new SharedStores(), new DriverFacts("csi.example.com", default)), api);
        var attachment = new VolumeAttachment
        {
            Spec = new AttachmentSpec { Source = new AttachmentSource { PersistentVolumeName = byName ? "pv" : null, InlineVolumeSpec = inline ? new VolumeSpec() : null } },
        };
        var (origin, said) = await origins.Find(attachment, CancellationToken.None);
        Assert.That((origin, said), Is.EqualTo(((VolumeOrigin?)null, error)));
        attachment.Spec.Source = null;
        Assert.That((await origins.Find(attachment, CancellationToken.None)).Error, Does.StartWith("neither"));
    }
}
