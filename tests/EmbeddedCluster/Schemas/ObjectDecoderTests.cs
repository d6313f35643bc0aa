namespace Sidecars.EmbeddedCluster.Tests;

internal sealed class ObjectDecoderTests
{
    [TestCase("core.PersistentVolumeClaim", """{"spec":{"foo":1}}""", """{"spec":{"resources":{}},"metadata":{},"status":{}}""", TestName = "An_unknown_field_is_dropped")]
    [TestCase("core.ConfigMap", """{"metadata":{"annotations":{"a":""},"labels":{}}}""", """{"metadata":{"annotations":{"a":""}}}""", TestName = "An_empty_annotation_stays_and_an_empty_map_goes")]
    [TestCase("storage.VolumeAttachment", """{"spec":{"attacher":"a"}}""", """{"spec":{"attacher":"a","source":{},"nodeName":""},"metadata":{},"status":{"attached":false}}""", TestName = "What_Go_always_writes_is_written")]
    [TestCase("core.Secret", """{"immutable":false,"type":""}""", """{"immutable":false,"metadata":{}}""", TestName = "A_false_pointer_stays_and_an_empty_text_goes")]
    [TestCase("core.Namespace", """{"metadata":{"creationTimestamp":"2026-01-01T01:00:00.5+01:00"}}""", """{"metadata":{"creationTimestamp":"2026-01-01T00:00:00Z"},"spec":{},"status":{}}""", TestName = "Times_are_whole_seconds_in_UTC")]
    [TestCase("coordination.Lease", """{"spec":{"renewTime":"2026-01-01T02:00:00.000001+02:00"}}""", """{"spec":{"renewTime":"2026-01-01T00:00:00.000001Z"},"metadata":{}}""", TestName = "Micro_times_have_six_digits")]
    [TestCase("core.PersistentVolumeClaimStatus", """{"conditions":[{"type":"A","status":"True"}]}""", """{"conditions":[{"type":"A","status":"True","lastProbeTime":null,"lastTransitionTime":null}]}""", TestName = "A_time_held_by_value_is_null_when_absent")]
    [TestCase("core.PersistentVolumeClaimSpec", """{"storageClassName":"","resources":{"requests":{"storage":1073741824}}}""", """{"storageClassName":"","resources":{"requests":{"storage":"1073741824"}}}""", TestName = "An_empty_class_name_is_a_statement_and_numbers_become_quantities")]
    public void Decodes(string type, string sent, string expected)
    {
        var content = TestStorage.Json(sent);
        var decoder = new ObjectDecoder();

        decoder.Decode(content, KindTable.Find(type));

        Assert.That(decoder.Error, Is.Null);
        Assert.That(content.ToJsonString(), Is.EqualTo(expected));
    }

    [TestCase("""{"metadata":{"name":5}}""", "cannot unmarshal number into Go struct field ObjectMeta.metadata.name of type string")]
    [TestCase("""{"spec":[]}""", "cannot unmarshal array")]
    [TestCase("""{"spec":{"resources":{"requests":{"storage":"a lot"}}}}""", "quantities must match")]
    [TestCase("""{"metadata":{"creationTimestamp":"yesterday"}}""", "parsing time")]
    [TestCase("""{"metadata":{"generation":1.5}}""", "cannot unmarshal number 1.5")]
    public void A_value_of_a_wrong_type_is_an_error(string sent, string expected)
    {
        var decoder = new ObjectDecoder();

        decoder.Decode(TestStorage.Json(sent), KindTable.Find("core.PersistentVolumeClaim"));

        Assert.That(decoder.Error, Does.Contain(expected));
    }

    [TestCase("2026-01-01T00:00:00Z")]
    [TestCase("2026-01-01T00:00:00+02:00")]
    [TestCase("2026-01-01T00:00:00.1Z")]
    [TestCase("2026-01-01T00:00:00.123456789Z")]
    public void A_micro_time_without_its_six_digits_is_an_error(string sent)
    {
        var decoder = new ObjectDecoder();

        decoder.Decode(TestStorage.Json($$$"""{"spec":{"renewTime":"{{{sent}}}"}}"""), KindTable.Find("coordination.Lease"));

        Assert.That(decoder.Error, Does.StartWith($"parsing time \"{sent}\" as \"2006-01-02T15:04:05.000000Z07:00\": cannot parse "));
    }
}
