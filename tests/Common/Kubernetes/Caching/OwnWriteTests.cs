using Sidecars.Kubernetes.Caching;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Watching;

namespace Sidecars.Kubernetes.Tests.Caching;

/// <summary>What is told of objects that we write ourselves, whichever is faster: the watch or the answer.</summary>
public sealed class OwnWriteTests
{
    private static readonly ObjectKey s_key = new(null, "a");

    private readonly ObjectStore<StorageClass> _store = new();
    private readonly ObjectStore<StorageClass> _silent = new();
    private readonly List<string> _changes = [];

    [SetUp]
    public void Begin()
    {
        _store.Changed += change => _changes.Add($"{Text(change.Old)}>{Text(change.New)}{(change.IsOwn ? " own" : "")}");
        List(5, Class(1));
        _changes.Clear();
    }

    [Test]
    public void An_answer_that_is_faster_than_the_watch_takes_nothing_of_others_away()
    {
        Write(8);
        Assert.That((Shown, _changes.Count), Is.EqualTo((8ul, 0)));
        Apply(7, 8, 9);
        Assert.That(_changes, Is.EqualTo(new[] { "1>7", "7>8 own", "8>9" }), "what a user wrote between is news, although it stands in the store already");
        Assert.That(Shown, Is.EqualTo(9));
    }

    [Test]
    public void A_watch_that_is_faster_than_the_answer_tells_when_it_is_known_what_is_ours()
    {
        using (var write = _store.BeginWrite(s_key))
        {
            Apply(7, 8, 9);
            Assert.That((Shown, _changes.Count), Is.EqualTo((9ul, 0)), "shown at once, told later");
            write.Answered(Class(8));
            Assert.That(_changes, Is.Empty);
        }
        Assert.That(_changes, Is.EqualTo(new[] { "1>7", "7>8 own", "8>9" }));
    }

    [Test]
    public void A_write_of_which_nobody_knows_what_it_did_is_somebodys()
    {
        using (_store.BeginWrite(s_key)) Apply(8);
        Assert.That(_changes, Is.EqualTo(new[] { "1>8" }));
    }

    [Test]
    public void Several_writes_in_a_row_are_known_one_by_one()
    {
        Write(6);
        Write(8);
        using (_store.BeginWrite(s_key)) Apply(6, 7);
        Apply(8, 9);
        Assert.That(_changes, Is.EqualTo(new[] { "1>6 own", "6>7", "7>8 own", "8>9" }));
    }

    [Test]
    public void Two_writes_at_once_tell_when_both_have_ended()
    {
        var (one, other) = (_store.BeginWrite(s_key), _store.BeginWrite(s_key));
        Apply(6, 7);
        one.Answered(Class(7));
        one.Dispose();
        Assert.That(_changes, Is.Empty);
        other.Answered(Class(6));
        other.Dispose();
        Assert.That(_changes, Is.EqualTo(new[] { "1>6 own", "6>7 own" }));
    }

    [Test]
    public void What_was_read_past_the_watch_is_told_when_the_watch_brings_it()
    {
        var shown = new List<ulong>();
        _store.Changed += change => { if (change.IsShown) shown.Add(change.New!.Metadata.ResourceVersion); };
        _store.Fold(Class(7));
        Assert.That((Shown, _changes.Count), Is.EqualTo((7ul, 0)));
        Apply(6, 7);
        Assert.That(_changes, Is.EqualTo(new[] { "1>6", "6>7" }));
        _store.Fold(Class(7));
        Apply(8);
        Assert.That(_changes.Last(), Is.EqualTo("7>8"), "nothing new, nothing remembered");
        Assert.That(shown, Is.EqualTo(new ulong[] { 7 }), "one state was shown before");
    }

    [Test]
    public void What_we_made_ourselves_is_told_as_new()
    {
        var key = new ObjectKey(null, "new");
        using (var write = _store.BeginWrite(key)) write.Answered(Class(8, name: "new"));
        Assert.That(_store.Find(key), Is.Not.Null);
        _store.Take(new(WatchEventKind.Applied, Class(8, name: "new")));
        Assert.That(_changes, Is.EqualTo(new[] { ">8 own" }));
    }

    [Test]
    public void A_list_tells_of_all_that_was_not_told_yet()
    {
        Write(8);
        List(9, Class(8));
        Assert.That(_changes, Is.EqualTo(new[] { "1>8" }), "others may have written too, so it is nobody's own");
        _changes.Clear();

        using (_store.BeginWrite(s_key))
        {
            Apply(10, 11);
            List(12, Class(11));
        }
        Apply(13);
        Assert.That(_changes, Is.EqualTo(new[] { "8>11", "11>13" }));
        _changes.Clear();

        Write(20);
        List(15, Class(14));
        Apply(16, 20, 21);
        Assert.That(_changes, Is.EqualTo(new[] { "13>14", "14>16", "16>20 own", "20>21" }), "a list of before the write leaves what is written, which the watch still tells of");
        _changes.Clear();

        Write(30, "new");
        List(25, Class(24));
        Assert.That((_changes, _store.Count), Is.EqualTo((new[] { "21>24" }, 2)));
        _store.Take(new(WatchEventKind.Applied, Class(30, "new")));
        Assert.That(_changes.Last(), Is.EqualTo(">30 own"));
    }

    [Test]
    public void What_is_gone_is_told_at_once_and_a_successor_is_another_object()
    {
        using (var write = _store.BeginWrite(s_key))
        {
            Apply(7);
            _store.Take(new(WatchEventKind.Deleted, Class(8)));
            Assert.That(_changes, Is.EqualTo(new[] { "8>" }));
            write.Answered(Class(7));
            Assert.That(_store.Count, Is.Zero);
        }
        Apply(9);
        Assert.That(_changes, Is.EqualTo(new[] { "8>", ">9" }));
    }

    [Test]
    public void A_successor_that_we_made_before_the_watch_saw_the_end_is_new()
    {
        Write(9);
        _store.Take(new(WatchEventKind.Deleted, Class(8)));
        Assert.That(Shown, Is.EqualTo(9));
        Apply(9);
        Assert.That(_changes, Is.EqualTo(new[] { "8>", ">9 own" }));
    }

    [Test]
    public void One_that_nobody_wants_any_more_is_gone_from_what_is_told_too()
    {
        var store = new ObjectStore<StorageClass>();
        store.Add((_, _) => { }, c => c.Provisioner is "");
        store.Changed += change => _changes.Add($"{Text(change.Old)}>{Text(change.New)}");
        store.Take(new(WatchEventKind.ListStarted));
        store.Take(new(WatchEventKind.Listed, Class(1)));
        store.Take(new(WatchEventKind.ListCompleted, Version: 2));
        using (var write = store.BeginWrite(s_key)) write.Answered(Class(4, provisioner: "other"));
        Assert.That(store.Find(s_key)!.Metadata.ResourceVersion, Is.EqualTo(1), "until the watch tells of it");
        store.Take(new(WatchEventKind.Applied, Class(4, provisioner: "other")));
        store.Take(new(WatchEventKind.Applied, Class(5)));
        Assert.That(_changes, Is.EqualTo(new[] { ">1", "1>", ">5" }));
    }

    /// <summary>Whoever was told of what was held back, or of the change before, found nothing that could be acted on.</summary>
    [TestCase(false)]
    [TestCase(true)]
    public void One_that_could_not_be_read_comes_back_as_a_new_one(bool inAList)
    {
        using (_store.BeginWrite(s_key))
        {
            Apply(7);
            if (inAList) _store.Take(new(WatchEventKind.ListStarted));
            _store.Take(new(WatchEventKind.Unreadable, Unreadable: new UnreadableObject(s_key, "u", 8, "$.provisioner: no text")));
            if (inAList) _store.Take(new(WatchEventKind.ListCompleted, Version: 8));
        }
        Assert.That(_store.Find(s_key), Is.Null);
        Apply(9, 10);
        Assert.That(_changes.TakeLast(2), Is.EqualTo(new[] { ">9", "9>10" }));

        _store.Take(new(WatchEventKind.Unreadable, Unreadable: new UnreadableObject(s_key, "u", 11, "$.provisioner: no text")));
        _store.Fold(Class(12));
        Apply(12, 13);
        Assert.That(_changes.TakeLast(2), Is.EqualTo(new[] { ">12", "12>13" }));

        _store.Take(new(WatchEventKind.Unreadable, Unreadable: new UnreadableObject(s_key, "u", 14, "$.provisioner: no text")));
        List(16, Class(15));
        Apply(17);
        Assert.That(_changes.TakeLast(2), Is.EqualTo(new[] { ">15", "15>17" }));
    }

    [Test]
    public void A_successor_that_was_shown_and_is_gone_with_the_next_list_ends_its_predecessor_too()
    {
        _store.Fold(new StorageClass { Metadata = { Name = "a", Uid = "other", ResourceVersion = 8 } });
        List(9);
        Assert.That(_changes, Is.EqualTo(new[] { "1>", "8>" }));
    }

    [Test]
    public void One_who_throws_when_he_is_told_later_keeps_nothing_from_the_others_and_fails_no_write()
    {
        var store = new ObjectStore<StorageClass>();
        store.Take(new(WatchEventKind.ListStarted));
        store.Take(new(WatchEventKind.ListCompleted, Version: 5));
        store.Changed += _ => throw new InvalidOperationException("a bug");
        store.Changed += change => _changes.Add($"{Text(change.Old)}>{Text(change.New)}");
        using (var write = store.BeginWrite(s_key))
        {
            foreach (var version in (ulong[])[6, 7]) store.Take(new(WatchEventKind.Applied, Class(version)));
            write.Answered(Class(7));
        }
        Assert.That(_changes, Is.EqualTo(new[] { ">6", "6>7" }));
        Assert.That(() => store.Take(new(WatchEventKind.Progressed, Version: 8)), Throws.InvalidOperationException.With.Message.EqualTo("a bug"), "where bugs of those who are told come to light");
        Assert.That(() => store.Take(new(WatchEventKind.Progressed, Version: 9)), Throws.Nothing);
    }

    [Test]
    public void Of_objects_that_nobody_writes_a_change_costs_no_memory()
    {
        using (var write = _silent.BeginWrite(s_key)) write.Answered(Class(6));
        _silent.Take(new(WatchEventKind.Applied, Class(6)));
        var other = Class(7, name: "other");
        _silent.Take(new(WatchEventKind.Applied, other));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) _silent.Take(new(WatchEventKind.Applied, other));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1000));
    }

    private ulong Shown => _store.Find(s_key)!.Metadata.ResourceVersion;

    private void Write(ulong version, string name = "a")
    {
        using var write = _store.BeginWrite(new ObjectKey(null, name));
        write.Answered(Class(version, name));
    }

    private void Apply(params ulong[] versions)
    {
        foreach (var version in versions) _store.Take(new(WatchEventKind.Applied, Class(version)));
    }

    private void List(ulong version, params StorageClass[] items)
    {
        _store.Take(new(WatchEventKind.ListStarted));
        foreach (var item in items) _store.Take(new(WatchEventKind.Listed, item));
        _store.Take(new(WatchEventKind.ListCompleted, Version: version));
    }

    private static StorageClass Class(ulong version, string name = "a", string provisioner = "") =>
        new() { Metadata = { Name = name, Uid = "u", ResourceVersion = version }, Provisioner = provisioner };

    private static string Text(StorageClass? item) => item?.Metadata.ResourceVersion.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "";
}
