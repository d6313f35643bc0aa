namespace Sidecars.EmbeddedCluster.Tests.Controllers;

internal sealed class GarbageTests : ControllerTest
{
    /// <summary>In which namespace its owner would be nobody says, so that it may be there.</summary>
    [Test]
    public async Task A_cluster_wide_object_stays_whose_owner_is_in_a_namespace()
    {
        var owner = Make("configmaps", """{"metadata":{"name":"owner","namespace":"default"}}""");
        var reference = $$"""[{"apiVersion":"v1","kind":"ConfigMap","name":"owner","uid":"{{owner.Uid}}"}]""";
        Make("clusterroles", $$"""{"metadata":{"name":"role","ownerReferences":{{reference}} },"rules":[]}""");
        Make("secrets", $$"""{"metadata":{"name":"before","namespace":"default","ownerReferences":{{reference}} } }""");

        _ = Storage.Delete("configmaps", "default", "owner").Value;
        await UntilGone("secrets", "before");
        // What comes later is judged later.
        Make("secrets", $$"""{"metadata":{"name":"after","namespace":"default","ownerReferences":{{reference}} } }""");
        await UntilGone("secrets", "after");
        Assert.That(Storage.Get("clusterroles", "", "role").IsOk, Is.True);
    }
}
