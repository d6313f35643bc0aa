using System.Text.Json.Nodes;

namespace Sidecars.Vectors.Tests;

public sealed class UidNamesTests
{
    private readonly UidNames _uids = new();

    [SetUp]
    public void NoteOne() => _uids.Note(new ObjectKey("PersistentVolumeClaim", "default", "a"), Object("uid-1"));

    [Test]
    public void A_placeholder_of_a_known_object_becomes_its_uid() => Assert.That(
        _uids.Resolve("pvc-<uid:PersistentVolumeClaim/default/a> <uid:Pod/default/b>"), Is.EqualTo("pvc-uid-1 <uid:Pod/default/b>"));

    [Test]
    public void An_at_sign_and_a_name_become_a_uid() => Assert.That(
        _uids.ResolveReferences(new JsonObject { ["uid"] = "@a", ["mail"] = "me@a" }).ToJsonString(), Is.EqualTo("""{"uid":"uid-1","mail":"me@a"}"""));

    [Test]
    public void The_first_name_of_a_uid_stays_and_events_have_none()
    {
        _uids.Note(new ObjectKey("Pod", "default", "late"), Object("uid-1"));
        _uids.Note(new ObjectKey("Event", "default", "e"), Object("uid-2"));
        Assert.That(_uids.All, Is.EqualTo(new[] { ("uid-1", "<uid:PersistentVolumeClaim/default/a>") }));
    }

    private static JsonObject Object(string uid) => new() { ["metadata"] = new JsonObject { ["uid"] = uid } };
}
