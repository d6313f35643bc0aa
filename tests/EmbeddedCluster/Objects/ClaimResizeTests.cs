using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Tests.Objects;

/// <summary>Which claims may ask for more, as the admission of a real server has it.</summary>
internal sealed class ClaimResizeTests
{
    [TestCase("grows", "Bound", "2Gi", null)]
    [TestCase("grows", "Bound", "1Gi", null)]
    [TestCase("grows", "Pending", "2Gi", "spec is immutable after creation|Only bound persistent volume claims can be expanded")]
    [TestCase("stays", "Bound", "2Gi", "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize")]
    [TestCase("missing", "Bound", "2Gi", "only dynamically provisioned pvc can be resized")]
    [TestCase("", "Bound", "2Gi", "only dynamically provisioned pvc can be resized")]
    [TestCase("grows", "Bound", "512Mi", "field can not be less than status.capacity")]
    public async Task A_claim_asks_for_another_size(string attributesClass, string phase, string size, string? refused)
    {
        await using var cluster = await ClusterServer.StartAsync(new ClusterOptions { Admission = AdmissionOptions.All });
        var storage = cluster.Storage;
        foreach (var (name, allows) in (ReadOnlySpan<(string, bool)>)[("grows", true), ("stays", false)])
            _ = storage.Create("storageclasses", new JsonObject { ["metadata"] = new JsonObject { ["name"] = name }, ["provisioner"] = "d", ["allowVolumeExpansion"] = allows }).Value;
        _ = storage.Create("persistentvolumeclaims", new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "a", ["namespace"] = "default" },
            ["spec"] = new JsonObject
            {
                ["accessModes"] = new JsonArray("ReadWriteOnce"), ["storageClassName"] = attributesClass, ["volumeName"] = "pv",
                ["resources"] = new JsonObject { ["requests"] = new JsonObject { ["storage"] = "1Gi" } },
            },
        }).Value;
        var status = new JsonObject { ["status"] = new JsonObject { ["phase"] = phase, ["capacity"] = new JsonObject { ["storage"] = "1Gi" } } };
        _ = storage.Patch("persistentvolumeclaims", "default", "a", PatchKind.Merge, status, "status").Value;
        var asked = new JsonObject { ["spec"] = new JsonObject { ["resources"] = new JsonObject { ["requests"] = new JsonObject { ["storage"] = size } } } };
        var result = storage.Patch("persistentvolumeclaims", "default", "a", PatchKind.Merge, asked, "");
        Assert.That(result.IsOk, Is.EqualTo(refused is null));
        if (refused is not null) Assert.That(result.Error!.ToString(), Does.Match(refused));
    }
}
