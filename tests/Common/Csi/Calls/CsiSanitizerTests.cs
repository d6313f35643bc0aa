using Csi.V1;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using AccessMode = Csi.V1.VolumeCapability.Types.AccessMode;

namespace Sidecars.Csi.Tests.Calls;

public sealed class CsiSanitizerTests
{
    [Test]
    public void An_empty_message_is_an_empty_object() => Assert.That(CsiSanitizer.Sanitize(new CreateVolumeRequest()), Is.EqualTo("{}"));

    [Test]
    public void No_message_is_null() => Assert.That(CsiSanitizer.Sanitize(null), Is.EqualTo("null"));

    [Test]
    public void A_full_request_is_one_line_with_sorted_keys_and_without_secrets()
    {
        var request = new CreateVolumeRequest
        {
            Name = "test-volume",
            CapacityRange = new CapacityRange { RequiredBytes = 1024, LimitBytes = 1024 },
            VolumeCapabilities = { VolumeCapabilities.Compose(false, "ext4", ["flag1", "flag2", "flag3"], AccessMode.Types.Mode.MultiNodeMultiWriter) },
            Parameters = { ["param2"] = "param2", ["param1"] = "param1" },
            Secrets = { ["secret1"] = "hidden-one", ["secret2"] = "hidden-two" },
            VolumeContentSource = new VolumeContentSource(),
            AccessibilityRequirements = new TopologyRequirement(),
        };
        var before = request.ToByteString();

        Assert.That(CsiSanitizer.Sanitize(request), Is.EqualTo(
            """{"accessibility_requirements":{},"capacity_range":{"limit_bytes":1024,"required_bytes":1024},"name":"test-volume","parameters":{"param1":"param1","param2":"param2"},"secrets":"***stripped***","volume_capabilities":[{"access_mode":{"mode":"MULTI_NODE_MULTI_WRITER"},"mount":{"fs_type":"ext4","mount_flags":["flag1","flag2","flag3"]}}],"volume_content_source":{}}"""));
        Assert.That(request.ToByteString(), Is.EqualTo(before));
    }

    [Test]
    public void An_unknown_enum_number_is_printed_as_a_number()
    {
        var request = new CreateVolumeRequest { VolumeCapabilities = { new VolumeCapability { AccessMode = new AccessMode { Mode = (AccessMode.Types.Mode)12345 } } } };
        Assert.That(CsiSanitizer.Sanitize(request), Is.EqualTo("""{"volume_capabilities":[{"access_mode":{"mode":12345}}]}"""));
    }

    [Test]
    public void Wrappers_and_times_are_plain_objects()
    {
        Assert.That(CsiSanitizer.Sanitize(new ProbeResponse { Ready = true }), Is.EqualTo("""{"ready":{"value":true}}"""));
        Assert.That(CsiSanitizer.Sanitize(new ProbeResponse { Ready = false }), Is.EqualTo("""{"ready":{}}"""));
        Assert.That(
            CsiSanitizer.Sanitize(new Snapshot { SizeBytes = 9007199254740993, CreationTime = new Timestamp { Seconds = 17, Nanos = 5 } }),
            Is.EqualTo("""{"creation_time":{"nanos":5,"seconds":17},"size_bytes":9007199254740993}"""));
    }

    [Test]
    public void Every_secret_field_of_the_protocol_is_stripped()
    {
        var stripped = 0;
        foreach (var message in CsiReflection.Descriptor.MessageTypes)
        {
            if (message.FindFieldByName("secrets") is not { } secrets) continue;
            var request = (IMessage)Activator.CreateInstance(message.ClrType)!;
            ((System.Collections.IDictionary)secrets.Accessor.GetValue(request)).Add("key-of-it", "hidden");
            Assert.That(CsiSanitizer.Sanitize(request), Is.EqualTo("""{"secrets":"***stripped***"}"""), message.Name);
            stripped++;
        }

        Assert.That(stripped, Is.EqualTo(19));
    }

    [Test]
    public void Unknown_fields_are_not_printed()
    {
        // Field 99 of a newer protocol, and field 1 with a wire type that no string has.
        var message = DeleteVolumeRequest.Parser.ParseFrom(Convert.FromHexString("0a0276319a060568656c6c6f"));
        Assert.That(CsiSanitizer.Sanitize(message), Is.EqualTo("""{"volume_id":"v1"}"""));
        Assert.That(CsiSanitizer.Sanitize(DeleteVolumeRequest.Parser.ParseFrom(Convert.FromHexString("0805"))), Is.EqualTo("{}"));
    }

    [TestCase("<a&b>", "\"\\u003ca\\u0026b\\u003e\"")]
    [TestCase("line\nquote\"back\\tab\t\u0001", "\"line\\nquote\\\"back\\\\tab\\t\\u0001\"")]
    [TestCase("\u2028 \u00e9 \ud83d\ude00", "\"\\u2028 \u00e9 \ud83d\ude00\"")]
    public void Strings_are_escaped_as_in_Go(string text, string json) =>
        Assert.That(CsiSanitizer.Sanitize(new DeleteVolumeRequest { VolumeId = text }), Is.EqualTo($$"""{"volume_id":{{json}}}"""));

    [Test]
    public void Map_keys_are_sorted_by_their_bytes()
    {
        // U+FF5E comes before U+1F600 in bytes, after it in UTF-16.
        var topology = new Topology { Segments = { ["\ud83d\ude00"] = "2", ["\uff5e"] = "1", ["B"] = "0", ["a"] = "" } };
        Assert.That(CsiSanitizer.Sanitize(topology), Is.EqualTo("{\"segments\":{\"B\":\"0\",\"a\":\"\",\"\uff5e\":\"1\",\"\ud83d\ude00\":\"2\"}}"));
    }

    [Test]
    public void Other_kinds_of_values_print_as_the_contract_says()
    {
        Assert.That(CsiSanitizer.Sanitize(new BytesValue { Value = ByteString.CopyFrom(1, 2, 255) }), Is.EqualTo("""{"value":"AQL/"}"""));
        Assert.That(CsiSanitizer.Sanitize(new DoubleValue { Value = 1.5 }), Is.EqualTo("""{"value":1.5}"""));
        Assert.That(CsiSanitizer.Sanitize(new UInt64Value { Value = ulong.MaxValue }), Is.EqualTo("""{"value":18446744073709551615}"""));
        Assert.That(CsiSanitizer.Sanitize(new SourceCodeInfo.Types.Location { Path = { 4, 0, -1 } }), Is.EqualTo("""{"path":[4,0,-1]}"""));
    }
}
