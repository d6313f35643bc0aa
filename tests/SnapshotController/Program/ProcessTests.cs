using System.Text.Json.Nodes;
using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Controllers;

namespace Sidecars.SnapshotController.Tests.Program;

/// <summary>The published program as it runs in a cluster.</summary>
internal sealed class ProcessTests
{
    private static readonly ClusterUser s_account = new("system:serviceaccount:default:snapshot-controller", "its-token");

    private ProcessRig? _rig;

    private ProcessRig Rig => _rig!;

    private World World => new(Rig.Cluster.Storage);

    [TearDown]
    public async Task End()
    {
        if (_rig is null) return;
        if (TestContext.CurrentContext.Result.FailCount > 0) await TestContext.Out.WriteLineAsync(string.Join('\n', Rig.Output));
        await Rig.DisposeAsync();
    }

    /// <summary>The rights the original's manifests grant, and not one more.</summary>
    [Test]
    public async Task The_rights_of_the_original_are_enough()
    {
        _rig = await ProcessRig.PrepareAsync(SnapshotControllerProgram.Name, talksToDriver: false, user: s_account.Name,
            cluster: new ClusterOptions { UseRbac = true, AllowAnonymous = false, Users = [s_account] });
        Prepare();
        Grant();
        Rig.Start("-v=4", "--leader-election", "--leader-election-namespace=default", "--enable-distributed-snapshotting");
        await Lives("s");
        World.AddGroupClass("group");
        World.Patch(World.Claims, "a", """{"metadata":{"labels":{"app":"db"}}}""");
        var group = World.AddGroup("g", """{"selector":{"matchLabels":{"app":"db"}}}""");
        var name = $"groupsnapcontent-{group.Uid}";
        await World.UntilExists(World.GroupContents, name);
        World.Patch(World.GroupContents, name, $$$"""{"status":{"volumeGroupSnapshotHandle":"h","readyToUse":true,"volumeSnapshotInfoList":[{"volumeHandle":"handle-a","snapshotHandle":"x","readyToUse":true}]} }""", "status");
        await World.Until(World.Groups, "g", World.IsReady);
        World.Delete(World.Groups, "g");
        await World.Until(World.GroupContents, name, World.IsBeingDeleted);
        World.LetGo(name, World.GroupContents);
        await World.UntilGone(World.Groups, "g");
        Assert.That(Rig.Requests.Where(r => r.Code is 401 or 403).Select(r => $"{r.Request.Verb} {r.Request.Resource}/{r.Request.Subresource}"), Is.Empty);
    }

    [Test]
    public async Task Of_two_replicas_one_works_and_the_other_when_it_is_killed()
    {
        _rig = await ProcessRig.PrepareAsync(SnapshotControllerProgram.Name, talksToDriver: false);
        Prepare();
        string[] hasty = ["--leader-election", "--leader-election-namespace=default", "--leader-election-lease-duration=10s", "--leader-election-renew-deadline=8s", "--leader-election-retry-period=500ms", "-v=5"];
        PublishedProgram[] both = [Rig.Start(hasty), Rig.Start(hasty)];
        var acquired = both.Select(p => p.WaitForErrorLine(l => l.Contains("Successfully acquired lease", StringComparison.Ordinal))).ToArray();
        var first = both[Array.IndexOf(acquired, await Task.WhenAny(acquired).WithinLimit())];
        await Lives("s");
        Assert.That(both.Single(p => p != first).ErrorLines, Has.None.Contains("Cache is populated"));
        Assert.That(World.Find("leases", "snapshot-controller-leader"), Is.Not.Null);
        first.Kill();
        await Lives("t");
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_signal_lets_the_work_finish_and_gives_the_lease_back_without_a_gate(bool isTermination)
    {
        _rig = await ProcessRig.PrepareAsync(SnapshotControllerProgram.Name, talksToDriver: false);
        Prepare();
        var running = Rig.Start("--leader-election", "--leader-election-namespace=default", "-v=4");
        await Lives("s");
        if (isTermination) running.Terminate();
        else running.Interrupt();
        Assert.That(await running.WaitForExit(), Is.Zero);
        var given = Rig.Cluster.Storage.Get("leases", ClusterWorld.Namespace, "snapshot-controller-leader").Value.ToJson();
        Assert.That(ClusterWorld.Text(given, "spec", "holderIdentity"), Is.Empty);
    }

    /// <summary>One bad object holds up no other, and none is looked at without a pause.</summary>
    [Test]
    public async Task Objects_that_cannot_be_read_or_make_no_sense_hold_nobody_up()
    {
        _rig = await ProcessRig.PrepareAsync(SnapshotControllerProgram.Name, talksToDriver: false);
        Prepare();
        foreach (var (resource, json) in ((string, string)[])
        [
            (World.Snapshots, """{"kind":"VolumeSnapshot","metadata":{"name":"none","namespace":"default"}}"""),
            (World.Snapshots, """{"kind":"VolumeSnapshot","metadata":{"name":"empty","namespace":"default"},"spec":{"source":{}}}"""),
            (World.Snapshots, """{"kind":"VolumeSnapshot","metadata":{"name":"both","namespace":"default"},"spec":{"source":{"persistentVolumeClaimName":"a","volumeSnapshotContentName":"c"}}}"""),
            (World.Snapshots, """{"kind":"VolumeSnapshot","metadata":{"name":"number","namespace":"default"},"spec":{"source":7}}"""),
            (World.Snapshots, """{"kind":"VolumeSnapshot","metadata":{"name":"blank","namespace":"default"},"spec":{"source":{"persistentVolumeClaimName":""}}}"""),
            (World.Contents, """{"kind":"VolumeSnapshotContent","metadata":{"name":"none"}}"""),
            (World.Contents, """{"kind":"VolumeSnapshotContent","metadata":{"name":"text"},"spec":"x"}"""),
            (World.Contents, """{"kind":"VolumeSnapshotContent","metadata":{"name":"noref"},"spec":{"source":{"volumeHandle":"h"}}}"""),
            (World.Classes, """{"kind":"VolumeSnapshotClass","metadata":{"name":"bare"}}"""),
        ])
        {
            var item = World.Json(json);
            item["apiVersion"] = "snapshot.storage.k8s.io/v1";
            World.Create(resource, item);
        }
        World.Patch(World.Snapshots, "both", """{"status":{"boundVolumeSnapshotContentName":"none","readyToUse":true,"error":{"time":null}}}""", "status");
        var program = Rig.Start("-v=5", "--retry-interval-start=50ms");
        await Lives("s");
        Assert.That(program.HasExited, Is.False);
        Assert.That(program.ErrorLines, Has.None.Contains("which is a bug"));
        World.AddSnapshot("t", className: "bare");
        Assert.That(await World.UntilError("t", ""), Does.Contain("is of driver"));
    }

    private void Prepare()
    {
        World.AddSnapshotKinds();
        World.AddGroupKinds();
        World.AddClaim("a");
        World.AddClass("snap");
    }

    /// <summary>The life of a snapshot.</summary>
    private async Task Lives(string snapshot)
    {
        var content = $"snapcontent-{World.AddSnapshot(snapshot).Uid}";
        await World.UntilExists(World.Contents, content);
        World.Taken(content);
        await World.UntilReady(snapshot);
        await World.Until(World.Claims, "a", c => !World.Finalizers(c).Contains(WellKnown.ClaimFinalizer));
        World.Delete(World.Snapshots, snapshot);
        await World.Until(World.Contents, content, World.IsBeingDeleted);
        World.LetGo(content);
        await World.UntilGone(World.Snapshots, snapshot);
    }

    private void Grant()
    {
        (string Group, string Resource, string Verbs)[] rules =
        [
            ("", "persistentvolumes", "get list watch"), ("", "persistentvolumeclaims", "get list watch update"), ("", "events", "list watch create update patch"), ("", "nodes", "get list watch"),
            ("snapshot.storage.k8s.io", "volumesnapshotclasses", "get list watch"), ("groupsnapshot.storage.k8s.io", "volumegroupsnapshotclasses", "get list watch"),
            ("snapshot.storage.k8s.io", "volumesnapshots", "create get list watch update patch delete"), ("snapshot.storage.k8s.io", "volumesnapshots/status", "update patch"),
            ("snapshot.storage.k8s.io", "volumesnapshotcontents", "create get list watch update delete patch"), ("snapshot.storage.k8s.io", "volumesnapshotcontents/status", "patch"),
            ("groupsnapshot.storage.k8s.io", "volumegroupsnapshots", "get list watch update patch"), ("groupsnapshot.storage.k8s.io", "volumegroupsnapshots/status", "update patch"),
            ("groupsnapshot.storage.k8s.io", "volumegroupsnapshotcontents", "create get list watch update delete patch"), ("groupsnapshot.storage.k8s.io", "volumegroupsnapshotcontents/status", "patch"),
            ("coordination.k8s.io", "leases", "get watch list delete update create"),
        ];
        World.Create("clusterroles", new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "r" },
            ["rules"] = new JsonArray([.. rules.Select(r => new JsonObject
            {
                ["apiGroups"] = new JsonArray(r.Group), ["resources"] = new JsonArray(r.Resource), ["verbs"] = new JsonArray([.. r.Verbs.Split(' ').Select(v => JsonValue.Create(v))]),
            })]),
        });
        World.Create("clusterrolebindings", World.Json("""
            {"metadata":{"name":"b"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"r"},
             "subjects":[{"kind":"ServiceAccount","name":"snapshot-controller","namespace":"default"}]}
            """));
    }
}
