using System.Text.Json.Nodes;
using Csi.V1;

namespace Sidecars.EmbeddedCluster.Controllers;

/// <summary>
/// Stands in for the attacher of a driver while none runs beside it: publishes and unpublishes through the controller service and shows the
/// outcome in the VolumeAttachment. Switch it off as soon as a real attacher runs, or both will work on the same objects.
/// </summary>
internal sealed class EmbeddedAttacher(ControllerContext context, IReadOnlyList<DriverClients> nodes)
{
    // The API refuses longer errors (in bytes); a message in another script may be four times as long as its characters.
    private const int LongestMessage = 250;

    public static ControllerLoop Start(ControllerContext context, IReadOnlyList<DriverClients> nodes)
    {
        var attacher = new EmbeddedAttacher(context, nodes);
        var loop = new ControllerLoop("embedded attacher", context, attacher.Reconcile).On("volumeattachments");
        foreach (var drivers in nodes)
        {
            drivers.Changed += () =>
            {
                foreach (var attachment in context.Storage.List("volumeattachments").Items) loop.Add(attachment.Name);
            };
        }

        return loop;
    }

    private async ValueTask<Outcome> Reconcile(string key, CancellationToken stop)
    {
        if (context.Storage.Find("volumeattachments", key) is not { } attachment) return Outcome.Done;
        if (Find(attachment.Root.Text("spec", "attacher")) is not { } driver) return Outcome.Done;
        return attachment.IsBeingDeleted ? await Detach(attachment, driver, stop) : await Attach(attachment, driver, stop);
    }

    // The controller service is the same at every node that has the driver.
    private DriverClient? Find(string driver) => nodes.Select(drivers => drivers.Find(driver)).OfType<DriverClient>().FirstOrDefault();

    private async Task<Outcome> Attach(StoredObject attachment, DriverClient driver, CancellationToken stop)
    {
        if (attachment.Root.Flag("status", "attached") == true) return Outcome.Done;
        var held = Finalizers.Add(context.Storage, attachment, Finalizer(driver));
        if (!held.IsOk) return Outcome.Of(held);
        if (!driver.PublishesFromController) return Outcome.Of(ShowAttached(attachment.Name, []));
        if (VolumeOf(attachment) is not { } volume) return ShowError(attachment.Name, "attachError", "the PersistentVolume does not exist");
        var (capability, error) = CsiVolumes.Capability(volume, driver);
        if (capability is null) return ShowError(attachment.Name, "attachError", error);

        var request = new ControllerPublishVolumeRequest
        {
            VolumeId = volume.Handle,
            NodeId = NodeId(attachment, driver),
            VolumeCapability = capability,
            VolumeContext = { volume.Stored.Root.Map("spec", "csi", "volumeAttributes") },
            Readonly = driver.PublishesReadOnly && volume.Stored.Root.Flag("spec", "csi", "readOnly") == true,
            Secrets = { CsiVolumes.Secrets(context.Storage, volume, "controllerPublishSecretRef") },
        };
        var answer = await driver.Call("ControllerPublishVolume", driver.Controller.ControllerPublishVolumeAsync, request, stop);
        return answer.IsOk
            ? Outcome.Of(ShowAttached(attachment.Name, answer.Response!.PublishContext))
            : ShowError(attachment.Name, "attachError", answer.Error!.Text);
    }

    private async Task<Outcome> Detach(StoredObject attachment, DriverClient driver, CancellationToken stop)
    {
        if (!attachment.HasFinalizer(Finalizer(driver))) return Outcome.Done;
        if (driver.PublishesFromController && VolumeOf(attachment) is { } volume)
        {
            var request = new ControllerUnpublishVolumeRequest
            {
                VolumeId = volume.Handle,
                NodeId = NodeId(attachment, driver),
                Secrets = { CsiVolumes.Secrets(context.Storage, volume, "controllerPublishSecretRef") },
            };
            var answer = await driver.Call("ControllerUnpublishVolume", driver.Controller.ControllerUnpublishVolumeAsync, request, stop);
            if (!answer.IsOk) return ShowError(attachment.Name, "detachError", answer.Error!.Text);
        }

        return context.Storage.Find("volumeattachments", attachment.Name) is { } fresh
            ? Outcome.Of(Finalizers.Remove(context.Storage, fresh, Finalizer(driver)))
            : Outcome.Done;
    }

    private StoreResult ShowAttached(string name, IEnumerable<KeyValuePair<string, string>> metadata)
    {
        var status = new JsonObject { ["attached"] = true, ["attachError"] = null };
        var pairs = new JsonObject();
        foreach (var (key, value) in metadata) pairs[key] = value;
        if (pairs.Count > 0) status["attachmentMetadata"] = pairs;
        return context.Storage.Patch("volumeattachments", null, name, PatchKind.Merge, new JsonObject { ["status"] = status }, "status");
    }

    private Outcome ShowError(string name, string field, string message)
    {
        var shown = message.Length > LongestMessage ? message[..LongestMessage] : message;
        var status = new JsonObject { [field] = new JsonObject { ["time"] = context.Now, ["message"] = shown } };
        if (field == "attachError") status["attached"] = false;
        context.Storage.Patch("volumeattachments", null, name, PatchKind.Merge, new JsonObject { ["status"] = status }, "status");
        return Outcome.Retry(message);
    }

    private Volume? VolumeOf(StoredObject attachment) =>
        context.Storage.Get("persistentvolumes", null, attachment.Root.Text("spec", "source", "persistentVolumeName")).Object is { } stored
            ? new Volume(stored)
            : null;

    private string NodeId(StoredObject attachment, DriverClient driver)
    {
        var node = context.Storage.Get("csinodes", null, attachment.Root.Text("spec", "nodeName")).Object;
        return node?.Root.Items("spec", "drivers").FirstOrDefault(entry => entry.Text("name") == driver.Name).Text("nodeID") ?? "";
    }

    private static string Finalizer(DriverClient driver) => $"external-attacher/{driver.Name.Replace('/', '-')}";
}
