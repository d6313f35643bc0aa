using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Watching;

namespace Sidecars.Kubernetes.Tests.Caching;

public sealed class ObjectStoreTests
{
    private readonly ObjectStore<StorageClass> _store = new();
    private readonly List<string> _changes = [];

    [SetUp]
    public void ListenToChanges() => _store.Changed += change =>
        _changes.Add($"{Text(change.Old)}>{Text(change.New)}");

    [Test]
    public void Nothing_is_visible_before_the_first_list_is_complete()
    {
        Take(WatchEventKind.ListStarted);
        Take(WatchEventKind.Listed, Class("a", 1));
        Assert.That(_store.Count, Is.Zero);
        Assert.That(_store.Synced.IsCompleted, Is.False);

        Complete(5);
        Assert.That(_store.Count, Is.EqualTo(1));
        Assert.That(_store.Synced.IsCompleted, Is.True);
        Assert.That(_changes, Is.EqualTo(new[] { ">a1" }));
    }

    [Test]
    public void An_object_that_a_reader_cannot_take_in_is_one_that_cannot_be_read()
    {
        _store.Add((read, kept) => kept.Provisioner = read.Name is "odd" ? throw new ArgumentException("odd") : read.Provisioner);
        Take(WatchEventKind.ListStarted);
        Take(WatchEventKind.Listed, Class("odd", 1));
        Take(WatchEventKind.Listed, Class("fine", 2));
        Complete(5);
        var taken = _store.Take(new(WatchEventKind.Applied, Class("odd", 6)));
        Assert.That((taken.Kind, taken.Unreadable!.Key.Name, taken.Unreadable.What), Is.EqualTo((WatchEventKind.Unreadable, "odd", "a reader of it threw ArgumentException: odd")));
        Assert.That((_store.Find(new ObjectKey(null, "odd")), _store.IsUnreadable(new ObjectKey(null, "odd"))), Is.EqualTo(((StorageClass?)null, true)));
        Assert.That(_store.Find(new ObjectKey(null, "fine")), Is.Not.Null);
    }

    [Test]
    public void The_first_list_counts_as_known_when_everybody_has_been_told_of_it()
    {
        var wasKnown = new List<bool>();
        _store.Changed += _ => wasKnown.Add(_store.Synced.IsCompleted);
        List(5, Class("a", 1), Class("b", 2));
        Assert.That(wasKnown, Is.EqualTo(new[] { false, false }), "or work that begins by then is told of it in its midst, and done twice");
        Assert.That(_store.Synced.IsCompleted, Is.True);
    }

    [Test]
    public void A_list_that_breaks_off_changes_nothing()
    {
        List(5, Class("a", 1));
        Take(WatchEventKind.ListStarted);
        _store.Take(new WatchEvent<StorageClass>(WatchEventKind.Failed, Failure: new WatchFailure("list", new ApiFailure(), TimeSpan.Zero)));
        Assert.That(Names(), Is.EqualTo(new[] { "a1" }));
    }

    [Test]
    public void A_second_list_replaces_the_first_and_tells_what_vanished()
    {
        List(5, Class("a", 1), Class("b", 2));
        _changes.Clear();
        List(9, Class("b", 7), Class("c", 8));
        Assert.That(Names(), Is.EquivalentTo(new[] { "b7", "c8" }));
        Assert.That(_changes, Is.EquivalentTo(new[] { "a1>", "b2>b7", ">c8" }));
    }

    [Test]
    public void An_older_state_never_replaces_a_newer_one()
    {
        List(5, Class("a", 4));
        _store.Fold(Class("a", 9));
        Take(WatchEventKind.Applied, Class("a", 7));
        Assert.That(Names(), Is.EqualTo(new[] { "a9" }));
        Take(WatchEventKind.Applied, Class("a", 10));
        Assert.That(Names(), Is.EqualTo(new[] { "a10" }));
    }

    [Test]
    public void Our_own_write_is_visible_at_once_and_the_watch_still_tells_of_it()
    {
        List(5);
        _store.Fold(Class("new", 8));
        Assert.That(Names(), Is.EqualTo(new[] { "new8" }));
        Assert.That(_changes, Is.Empty);

        Take(WatchEventKind.Applied, Class("new", 8));
        Assert.That(_changes, Is.EqualTo(new[] { ">new8" }));
    }

    [Test]
    public void A_late_answer_does_not_revive_what_the_watch_saw_go()
    {
        List(5);
        Take(WatchEventKind.Applied, Class("a", 6));
        Take(WatchEventKind.Deleted, Class("a", 7));
        _store.Fold(Class("a", 6));
        Assert.That(_store.Count, Is.Zero);
    }

    [Test]
    public void A_folded_deletion_hides_states_of_before_the_end()
    {
        List(5, Class("a", 4, "uid1"));
        _store.FoldDeletion(new ObjectKey(null, "a"), "uid1");
        Take(WatchEventKind.Applied, Class("a", 8, "uid1")); // the deletion timestamp, on its way before
        Assert.That(_store.Count, Is.Zero);
        Take(WatchEventKind.Deleted, Class("a", 9, "uid1"));
        Take(WatchEventKind.Applied, Class("a", 12, "uid2"));
        Assert.That(Names(), Is.EqualTo(new[] { "a12" }), "a new object of the same name is another object");
    }

    [Test]
    public void A_folded_deletion_of_an_older_incarnation_is_ignored()
    {
        List(5, Class("a", 4, "uid2"));
        _store.FoldDeletion(new ObjectKey(null, "a"), "uid1");
        Assert.That(Names(), Is.EqualTo(new[] { "a4" }));
    }

    [Test]
    public void A_folded_deletion_outlives_a_list_of_before()
    {
        List(5, Class("a", 4, "uid1"));
        _store.FoldDeletion(new ObjectKey(null, "a"), "uid1");
        List(8, Class("a", 7, "uid1"));
        Assert.That(_store.Count, Is.Zero);
        List(10);
        Take(WatchEventKind.Applied, Class("a", 12, "uid1"));
        Assert.That(_store.Count, Is.EqualTo(1), "once a list shows it gone, nothing is remembered of it");
    }

    [Test]
    public void An_own_write_that_arrives_after_the_deletion_does_not_bring_the_object_back()
    {
        List(5, Class("a", 4, "uid1"));
        _store.FoldDeletion(new ObjectKey(null, "a"), "uid1");
        _store.Fold(Class("a", 6, "uid1"));
        Assert.That(_store.Count, Is.Zero);
    }

    [Test]
    public void A_list_of_before_what_the_watch_has_shown_is_a_restored_server_and_alone_true()
    {
        List(50, Class("a", 40), Class("b", 41));
        Take(WatchEventKind.Applied, Class("b", 60));
        List(20, Class("b", 10));
        Assert.That(Names(), Is.EqualTo(new[] { "b10" }));
        Take(WatchEventKind.Applied, Class("b", 21));
        Assert.That(Names(), Is.EqualTo(new[] { "b21" }));
    }

    [Test]
    public void A_folded_deletion_is_told_by_the_list_where_the_watch_missed_it()
    {
        List(5, Class("a", 4, "uid1"));
        _store.FoldDeletion(new ObjectKey(null, "a"), "uid1");
        _changes.Clear();
        List(10);
        Assert.That(_changes, Is.EqualTo(new[] { "a4>" }));
    }

    [Test]
    public void A_list_keeps_own_writes_that_are_newer_than_itself()
    {
        List(5, Class("a", 1));
        _store.Fold(Class("a", 20));
        _store.Fold(Class("new", 21));
        List(9, Class("a", 1));
        Assert.That(Names(), Is.EquivalentTo(new[] { "a20", "new21" }));
        List(30, Class("a", 20));
        Assert.That(Names(), Is.EqualTo(new[] { "a20" }), "the next list has seen the new one go");
    }

    [Test]
    public void A_deletion_of_before_leaves_a_newer_object_of_the_same_name()
    {
        List(5, Class("a", 1));
        _store.Fold(Class("a", 20, "uid2"));
        Take(WatchEventKind.Deleted, Class("a", 10));
        Assert.That(Names(), Is.EqualTo(new[] { "a20" }));
    }

    [Test]
    public void An_index_follows_every_change()
    {
        var byProvisioner = _store.IndexBy(c => c.Provisioner);
        List(5, Class("a", 1, provisioner: "x"), Class("b", 2, provisioner: "x"), Class("c", 3));
        Assert.That(byProvisioner.All("x").Select(c => c.Name), Is.EquivalentTo(new[] { "a", "b" }));

        Take(WatchEventKind.Applied, Class("a", 6, provisioner: "y"));
        Take(WatchEventKind.Deleted, Class("b", 7, provisioner: "x"));
        Assert.That(byProvisioner.First("x"), Is.Null);
        Assert.That(byProvisioner.First("y")!.Name, Is.EqualTo("a"));

        List(9, Class("c", 8, provisioner: "y"));
        Assert.That(byProvisioner.All("y").Select(c => c.Name), Is.EqualTo(new[] { "c" }));
    }

    [Test]
    public void Objects_are_trimmed_before_they_are_kept()
    {
        var store = new ObjectStore<StorageClass>();
        store.Add((read, kept) => kept.Provisioner = read.Provisioner);
        store.Take(new WatchEvent<StorageClass>(WatchEventKind.ListStarted));
        store.Take(new WatchEvent<StorageClass>(WatchEventKind.Listed, new StorageClass { Metadata = { Name = "a" }, Parameters = StringMap.Empty }));
        store.Take(new WatchEvent<StorageClass>(WatchEventKind.ListCompleted, Version: 3));
        Assert.That(store.Find(new ObjectKey(null, "a"))!.Parameters, Is.Null);
    }

    [Test]
    public void What_no_reader_wants_is_not_kept_and_what_becomes_unwanted_is_gone()
    {
        _store.Add((read, kept) => kept.Provisioner = read.Provisioner, c => c.Provisioner is "x");
        var byProvisioner = _store.IndexBy(c => c.Provisioner);
        List(5, Class("a", 1, provisioner: "x"), Class("b", 2, provisioner: "y"));
        Take(WatchEventKind.Applied, Class("c", 6, provisioner: "y"));
        _store.Fold(Class("d", 7, provisioner: "y"));
        Assert.That(Names(), Is.EqualTo(new[] { "a1" }));

        Take(WatchEventKind.Applied, Class("b", 8, provisioner: "x"));
        Take(WatchEventKind.Applied, Class("a", 9, provisioner: "y"));
        Assert.That(Names(), Is.EqualTo(new[] { "b8" }));
        Assert.That(byProvisioner.All("x").Select(c => c.Name), Is.EqualTo(new[] { "b" }));
        Assert.That(_changes, Is.EqualTo(new[] { ">a1", ">b8", "a1>" }), "one that was never kept is no news");
        _store.Fold(Class("b", 10, provisioner: "y"));
        Assert.That(Names(), Is.EqualTo(new[] { "b8" }), "until the watch tells of it");
        List(12, Class("b", 10, provisioner: "y"));
        Assert.That(Names(), Is.Empty);
        Assert.That(_changes.Last(), Is.EqualTo("b8>"));
    }

    [Test]
    public void What_one_of_several_readers_wants_is_kept_as_all_read_it()
    {
        _store.Add((read, kept) => kept.Provisioner = read.Provisioner, c => c.Provisioner is "x");
        List(5, Class("a", 1, provisioner: "x"), Class("b", 2, provisioner: "y"));
        var shared = new ObjectStore<StorageClass>();
        shared.Add((read, kept) => kept.Provisioner = read.Provisioner, c => c.Provisioner is "x");
        shared.Add((_, _) => { });
        shared.Take(new WatchEvent<StorageClass>(WatchEventKind.ListStarted));
        shared.Take(new WatchEvent<StorageClass>(WatchEventKind.Listed, Class("b", 2, provisioner: "y")));
        shared.Take(new WatchEvent<StorageClass>(WatchEventKind.ListCompleted, Version: 3));
        Assert.That((_store.Count, shared.Find(new ObjectKey(null, "b"))!.Provisioner), Is.EqualTo((1, "y")));
    }

    [Test]
    public void What_cannot_be_read_is_neither_shown_nor_gone_for_those_who_refer_to_it()
    {
        var byProvisioner = _store.IndexBy(c => c.Provisioner);
        List(5, Class("a", 1, provisioner: "x"), Class("b", 2, provisioner: "x"));
        _changes.Clear();
        Unreadable("a", 6);
        AssertHidden();

        // A list that cannot read it either leaves it as it is.
        Take(WatchEventKind.ListStarted);
        Take(WatchEventKind.Listed, Class("b", 2, provisioner: "x"));
        Unreadable("a", 6);
        Complete(9);
        Assert.That(_changes, Is.EqualTo(new[] { "b2>b2" }));
        AssertHidden();

        Take(WatchEventKind.Applied, Class("a", 10, provisioner: "x"));
        Assert.That(_changes.Last(), Is.EqualTo(">a10"));
        Assert.That(_store.Find(new(null, "a"))!.Metadata.ResourceVersion, Is.EqualTo(10));

        void AssertHidden()
        {
            Assert.That(_store.Find(new(null, "a")), Is.Null);
            Assert.That(Names(), Is.EqualTo(new[] { "b2" }));
            Assert.That(byProvisioner.All("x").Select(c => c.Name), Is.EquivalentTo(new[] { "a", "b" }));
            Assert.That(_store.Count, Is.EqualTo(2));
        }
    }

    [TestCase(false)]
    [TestCase(true)]
    public void What_can_be_read_of_an_object_that_was_never_read_whole_is_found_by_what_it_refers_to_and_not_as_itself(bool inAList)
    {
        var byProvisioner = _store.IndexBy(c => c.Provisioner);
        if (inAList) Take(WatchEventKind.ListStarted);
        Unreadable("a", 6, part: Class("a", 6, provisioner: "x"));
        if (inAList) Complete(9);
        Assert.That(byProvisioner.First("x")!.Name, Is.EqualTo("a"));
        Assert.That(byProvisioner.Find("x"), Is.Null, "nobody is to act on it");
        Assert.That((_store.Find(new(null, "a")), _store.Snapshot().Count, _changes.Count), Is.EqualTo(((StorageClass?)null, 0, 0)));

        Take(WatchEventKind.Applied, Class("a", 10, provisioner: "y"));
        Assert.That((byProvisioner.First("x"), byProvisioner.Find("y")!.Name), Is.EqualTo(((StorageClass?)null, "a")));
        Unreadable("a", 12, part: Class("a", 12, provisioner: "z"));
        Assert.That((byProvisioner.First("y")!.Name, byProvisioner.First("z")), Is.EqualTo(("a", (StorageClass?)null)), "what was read whole comes first");
        Unreadable("a", 13, "uid2", part: Class("a", 13, "uid2", provisioner: "z"));
        Assert.That((byProvisioner.First("y"), byProvisioner.First("z")!.Name, _changes.Last()), Is.EqualTo(((StorageClass?)null, "a", "a10>")), "another incarnation");
        Unreadable("a", 14, "uid2", WatchEventKind.DeletedUnreadable);
        Assert.That(byProvisioner.First("z"), Is.Null);
    }

    [Test]
    public void Whether_any_object_is_so_says_what_is_known_of_the_hidden_ones_too()
    {
        List(5, Class("a", 1, provisioner: "x"), Class("b", 2, provisioner: "y"));
        Unreadable("a", 6);
        Assert.That((_store.AnyKnown(c => c.Provisioner is "x"), _store.AnyKnown(c => c.Provisioner is "z")), Is.EqualTo(((bool?)true, (bool?)false)));
        Unreadable("c", 7); // of which nothing is known
        Assert.That((_store.AnyKnown(c => c.Provisioner is "x"), _store.AnyKnown(c => c.Provisioner is "z")), Is.EqualTo(((bool?)true, (bool?)null)));
        Unreadable("c", 8, kind: WatchEventKind.DeletedUnreadable);
        Assert.That(_store.AnyKnown(c => c.Provisioner is "z"), Is.False);
    }

    [Test]
    public void What_cannot_be_read_when_it_goes_is_gone()
    {
        List(5, Class("a", 1));
        Unreadable("a", 6);
        Unreadable("a", 7, kind: WatchEventKind.DeletedUnreadable);
        Assert.That(_changes.Last(), Is.EqualTo("a1>"));
        Assert.That(_store.Count, Is.Zero);
        Take(WatchEventKind.Applied, Class("a", 8, "uid2"));
        Assert.That(Names(), Is.EqualTo(new[] { "a8" }));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void An_unreadable_successor_says_that_the_known_one_is_gone(bool inAList)
    {
        List(5, Class("a", 1));
        if (inAList) Take(WatchEventKind.ListStarted);
        Unreadable("a", 6, "uid2");
        if (inAList) Complete(9);
        Assert.That(_changes.Last(), Is.EqualTo("a1>"));
        Assert.That(_store.Count, Is.Zero);
    }

    [Test]
    public void A_list_in_which_it_is_absent_ends_what_could_not_be_read()
    {
        List(5, Class("a", 1));
        Unreadable("a", 6);
        List(9);
        Assert.That((_store.Count, _changes.Last()), Is.EqualTo((0, "a1>")));
        List(12, Class("a", 11, "uid2"));
        Assert.That(Names(), Is.EqualTo(new[] { "a11" }));
    }

    [Test]
    public void A_successor_of_one_that_went_unread_after_our_own_deletion_is_new()
    {
        List(5, Class("a", 1));
        _store.Fold(Class("a", 6));
        _store.FoldDeletion(new(null, "a"), "u");
        Unreadable("a", 7, kind: WatchEventKind.DeletedUnreadable);
        Take(WatchEventKind.Applied, Class("a", 8, "uid2"));
        Assert.That(_changes.Last(), Is.EqualTo(">a8"));
    }

    [Test]
    public void One_that_a_list_brings_back_was_not_shown_meanwhile()
    {
        List(5, Class("a", 5));
        Unreadable("a", 0);
        StoreChange<StorageClass>? told = null;
        _store.Changed += change => told = change;
        List(6, Class("a", 5));
        Assert.That((told!.Value.Old, told.Value.IsShown), Is.EqualTo(((StorageClass?)null, false)));
    }

    [Test]
    public void What_was_never_read_is_not_there_and_an_older_state_that_cannot_be_read_hides_no_newer_one()
    {
        List(5);
        Unreadable("a", 6);
        Assert.That(_store.Count, Is.Zero);
        _store.Fold(Class("a", 9));
        Unreadable("a", 8);
        Assert.That(Names(), Is.EqualTo(new[] { "a9" }));
        Take(WatchEventKind.ListStarted);
        Unreadable("a", 8);
        Complete(8);
        Assert.That(Names(), Is.EqualTo(new[] { "a9" }));
        Unreadable("a", 10);
        _store.Fold(Class("a", 11));
        Assert.That(Names(), Is.EqualTo(new[] { "a11" }), "an answer to a write of ours is a state of today");
    }

    [TestCase(false)]
    [TestCase(true)]
    public void What_is_there_and_cannot_be_read_is_told_from_what_is_not_there(bool isKnown)
    {
        if (isKnown) List(5, Class("a", 1));
        else List(5);
        Assert.That(IsUnreadable(), Is.False);
        Unreadable("a", 6);
        Assert.That(IsUnreadable(), Is.True);
        Take(WatchEventKind.Applied, Class("a", 7));
        Assert.That(IsUnreadable(), Is.False);
        Unreadable("a", 8);
        Take(WatchEventKind.ListStarted);
        Unreadable("a", 8);
        Complete(9);
        Assert.That(IsUnreadable(), Is.True, "a list brings it too");
        Unreadable("a", 10, kind: WatchEventKind.DeletedUnreadable);
        Assert.That(IsUnreadable(), Is.False);

        Unreadable("a", 11, "uid2");
        Assert.That(IsUnreadable(), Is.True);
        Take(WatchEventKind.Deleted, Class("a", 12, "uid2"));
        Assert.That(IsUnreadable(), Is.False);
        Unreadable("a", 13, "uid3");
        List(15);
        Assert.That(IsUnreadable(), Is.False, "a list without it");

        bool IsUnreadable() => _store.IsUnreadable(new(null, "a"));
    }

    private void Unreadable(string name, ulong version, string uid = "u", WatchEventKind kind = WatchEventKind.Unreadable, StorageClass? part = null) =>
        _store.Take(new WatchEvent<StorageClass>(kind, part, version, Unreadable: new UnreadableObject(new ObjectKey(null, name), uid, version, "$.provisioner: no text")));

    private void List(ulong version, params StorageClass[] items)
    {
        Take(WatchEventKind.ListStarted);
        foreach (var item in items) Take(WatchEventKind.Listed, item);
        Complete(version);
    }

    private void Take(WatchEventKind kind, StorageClass? item = null) => _store.Take(new WatchEvent<StorageClass>(kind, item));

    private void Complete(ulong version) => _store.Take(new WatchEvent<StorageClass>(WatchEventKind.ListCompleted, Version: version));

    private string[] Names() => [.. _store.Snapshot().Select(c => $"{c.Name}{c.Metadata.ResourceVersion}")];

    private static string Text(StorageClass? item) => item is null ? "" : $"{item.Name}{item.Metadata.ResourceVersion}";

    private static StorageClass Class(string name, ulong version, string uid = "u", string? provisioner = null) =>
        new() { Metadata = { Name = name, ResourceVersion = version, Uid = uid }, Provisioner = provisioner };
}
