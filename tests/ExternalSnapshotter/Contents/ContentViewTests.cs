using Sidecars.ExternalSnapshotter.Contents;
using Sidecars.ExternalSnapshotter.Groups;
using Sidecars.ExternalSnapshotter.Singles;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ExternalSnapshotter.Tests.Contents;

/// <summary>What decides between taking, deleting and leaving alone, as a table (snapshotter contract 4): the same for both kinds.</summary>
internal sealed class ContentViewTests
{
    [TestCase("", false)]
    [TestCase("marked", false, Description = "not deleted")]
    [TestCase("deleted", false, Description = "deleted by hand")]
    [TestCase("deleted marked", true)]
    [TestCase("deleted marked created", false, Description = "a call is in doubt")]
    [TestCase("deleted created", false)]
    [TestCase("deleted given", false, Description = "bound")]
    [TestCase("deleted given unbound", true)]
    [TestCase("deleted given unbound created", true)]
    [TestCase("deleted unbound", false, Description = "nothing was given")]
    [TestCase("given unbound", false)]
    public void A_content_may_be_deleted(string state, bool expected)
    {
        Assert.That(new SingleContents().View(Single(state)).IsToBeDeleted, Is.EqualTo(expected));
        Assert.That(new GroupContents().View(Group(state)).IsToBeDeleted, Is.EqualTo(expected));
    }

    [TestCase("", null)]
    [TestCase("noted", "noted")]
    [TestCase("given noted", "noted")]
    [TestCase("given", "given", Description = "nobody looked at it yet")]
    [TestCase("given status", "given", Description = "its first look failed")]
    [TestCase("given status released", null, Description = "we are through with it")]
    [TestCase("given cleared", null, Description = "deleted already")]
    [TestCase("given released", "given", Description = "it never had our finalizer")]
    public void What_is_deleted_at_the_driver(string state, string? expected)
    {
        Assert.That(new SingleContents().View(Single(state)).HandleToDelete, Is.EqualTo(expected));
        Assert.That(new GroupContents().View(Group(state)).HandleToDelete, Is.EqualTo(expected));
    }

    [TestCase("", false)]
    [TestCase("ready", true)]
    [TestCase("ready created", false, Description = "our mark is still to be taken off")]
    [TestCase("ready deleted", true, Description = "by hand")]
    [TestCase("ready deleted marked", false)]
    [TestCase("ready marked", true, Description = "its user retains it")]
    [TestCase("noted", false)]
    [TestCase("deleted marked", false)]
    [TestCase("deleted marked released", true, Description = "somebody else holds it")]
    [TestCase("deleted marked noted released", false, Description = "the driver's snapshot is still to go")]
    [TestCase("nothing", true)]
    public void Nothing_is_left_to_do(string state, bool expected)
    {
        Assert.That(new SingleContents().View(Single(state)).IsSettled, Is.EqualTo(expected));
        Assert.That(new GroupContents().View(Group(state)).IsSettled, Is.EqualTo(expected));
    }

    [TestCase("created")]
    [TestCase("noted")]
    [TestCase("ready")]
    [TestCase("released")]
    public void What_we_write_ourselves_is_no_wish(string state)
    {
        Assert.That(new SingleContents().IsSameWish(Single(state), Single("")), Is.True);
        Assert.That(new GroupContents().IsSameWish(Group(state), Group("")), Is.True);
    }

    [TestCase("deleted")]
    [TestCase("marked")]
    [TestCase("unbound")]
    [TestCase("given")]
    [TestCase("touched")]
    [TestCase("classed")]
    [TestCase("retained")]
    [TestCase("secret")]
    [TestCase("another")]
    public void What_others_write_is_one(string state)
    {
        Assert.That(new SingleContents().IsSameWish(Single(state), Single("")), Is.False);
        Assert.That(new GroupContents().IsSameWish(Group(state), Group("")), Is.False);
    }

    [Test]
    public void Labels_and_annotations_of_others_are_seen_by_a_change_and_ours_are_not()
    {
        var readings = new Readings("d");
        Assert.That(Marks("a", "b"), Is.Not.EqualTo(Marks("a", "c")));
        Assert.That(Marks(ContentKeys.OfSingle.BeingCreated, "yes"), Is.EqualTo(Marks(ContentKeys.OfSingle.BeingDeleted, "yes")));

        int Marks(string key, string value)
        {
            var read = Single("");
            read.Metadata.Annotations = StringMap.From([new(key, value)]);
            var kept = new VolumeSnapshotContent();
            readings.Content(read, kept);
            return kept.MarksHash;
        }
    }

    [Test]
    public void Of_what_is_somebody_elses_nothing_is_kept()
    {
        var (kept, group, named) = (new VolumeSnapshotContent(), new VolumeGroupSnapshotContent(), new VolumeSnapshotClass());
        var readings = new Readings("other");
        readings.Content(Single("ready"), kept);
        readings.GroupContent(Group("ready"), group);
        readings.Class(new VolumeSnapshotClass { Driver = "d", DeletionPolicy = "Delete", Parameters = StringMap.From([new("a", "b")]) }, named);
        Assert.That((kept.Spec.Driver, kept.Status, kept.Metadata.Finalizers, group.Spec.Driver, group.Status),
            Is.EqualTo(((string?)null, (SnapshotContentStatus?)null, (string[]?)null, (string?)null, (GroupContentStatus?)null)));
        Assert.That((named.Driver, named.Parameters), Is.EqualTo(("d", (StringMap?)null)));
    }

    private static VolumeSnapshotContent Single(string state)
    {
        var content = new VolumeSnapshotContent
        {
            Spec =
            {
                Driver = "d", DeletionPolicy = Has(state, "retained") ? "Retain" : "Delete",
                VolumeSnapshotClassName = Has(state, "classed") ? "k" : null,
                VolumeSnapshotRef = new() { Name = "s", Namespace = "n", Uid = Has(state, "unbound") ? null : "u" },
                Source = Has(state, "nothing") ? new() : Has(state, "given") ? new() { SnapshotHandle = "given" }
                    : new() { VolumeHandle = Has(state, "another") ? "w" : "v" },
            },
            Status = Has(state, "ready") ? new() { ReadyToUse = true, SnapshotHandle = "noted" }
                : Has(state, "noted") ? new() { SnapshotHandle = "noted" }
                : Has(state, "status") ? new() { ReadyToUse = false }
                : Has(state, "cleared") ? new() { Error = new() { Message = "m" } }
                : null,
            MarksHash = Has(state, "touched") ? 7 : 0,
        };
        Mark(content, state, ContentKeys.OfSingle);
        return content;
    }

    private static VolumeGroupSnapshotContent Group(string state)
    {
        var content = new VolumeGroupSnapshotContent
        {
            Spec =
            {
                Driver = "d", DeletionPolicy = Has(state, "retained") ? "Retain" : "Delete",
                VolumeGroupSnapshotClassName = Has(state, "classed") ? "k" : null,
                VolumeGroupSnapshotRef = new() { Name = "s", Namespace = "n", Uid = Has(state, "unbound") ? null : "u" },
                Source = Has(state, "nothing") ? new() { VolumeHandles = [] }
                    : Has(state, "given") ? new() { GroupSnapshotHandles = new() { VolumeGroupSnapshotHandle = "given" } }
                    : new() { VolumeHandles = Has(state, "another") ? ["v", "w"] : ["v"] },
            },
            Status = Has(state, "ready") ? new() { ReadyToUse = true, VolumeGroupSnapshotHandle = "noted" }
                : Has(state, "noted") ? new() { VolumeGroupSnapshotHandle = "noted" }
                : Has(state, "status") ? new() { ReadyToUse = false }
                : Has(state, "cleared") ? new() { Error = new() { Message = "m" } }
                : null,
            MarksHash = Has(state, "touched") ? 7 : 0,
        };
        Mark(content, state, ContentKeys.OfGroup);
        return content;
    }

    private static void Mark(KubeObject content, string state, ContentKeys keys)
    {
        content.Metadata.Name = "c";
        if (Has(state, "deleted")) content.Metadata.DeletionTimestamp = DateTimeOffset.UnixEpoch;
        if (!Has(state, "released")) content.Metadata.Finalizers = [keys.Finalizer];
        var marks = new[] { ("created", keys.BeingCreated), ("marked", keys.BeingDeleted), ("secret", keys.SecretName) };
        content.Metadata.Annotations = StringMap.From(marks.Where(m => Has(state, m.Item1)).Select(m => KeyValuePair.Create(m.Item2, "yes")));
    }

    private static bool Has(string state, string word) => state.Split(' ').Contains(word);
}
