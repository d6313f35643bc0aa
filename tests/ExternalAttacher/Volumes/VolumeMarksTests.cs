using Microsoft.Extensions.Logging.Abstractions;
using Sidecars.ControllerManager;
using Sidecars.ExternalAttacher.Volumes;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.Tests.Support;

namespace Sidecars.ExternalAttacher.Tests.Volumes;

internal sealed class VolumeMarksTests
{
    /// <summary>The client has no server: a write would be an error.</summary>
    [Test]
    public async Task A_volume_that_an_attachment_names_by_the_time_of_the_write_keeps_its_mark()
    {
        using var api = new ApiClient(ClusterAddress.Find("", "http://127.0.0.1:1").Address!, new ApiClientOptions { UserAgent = "test" }, TimeProvider.System, NullLogger.Instance);
        var caches = new Caches(new SharedStores(), new DriverFacts(ScriptedDriverOptions.DefaultName, default));
        caches.Attachments.Fold(new VolumeAttachment
        {
            Metadata = new ObjectMeta { Name = "va", Uid = "1", ResourceVersion = 1 },
            Spec = new AttachmentSpec { Attacher = ScriptedDriverOptions.DefaultName, Source = new AttachmentSource { PersistentVolumeName = "pv" } },
        });
        var volume = new PersistentVolume { Metadata = new ObjectMeta { Name = "pv", Uid = "2", ResourceVersion = 2, Finalizers = [TestVolume.OurFinalizer], DeletionTimestamp = DateTimeOffset.UnixEpoch } };

        var (keeper, error) = await new VolumeMarks(caches, api, TestVolume.OurFinalizer).Remove(volume, CancellationToken.None).WithinLimit();

        Assert.That((keeper?.Name, error), Is.EqualTo(("va", (string?)null)));
    }
}
