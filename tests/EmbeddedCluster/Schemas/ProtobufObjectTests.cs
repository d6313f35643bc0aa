using System.Text;
using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Tests;

/// <summary>Objects in the API's protobuf form, octet by octet as the API describes it.</summary>
internal sealed class ProtobufObjectTests
{
    [Test]
    public void Header_texts_times_and_bytes_are_read()
    {
        byte[] metadata = [.. Field(1, "s"), .. Field(3, "default"), .. Field(8, Varint(1, 1767225600)), .. Field(11, Entry("k", Text("v")))];
        var secret = Read("core.Secret", "Secret", [.. Field(1, metadata), .. Field(2, Entry("password", [1, 2, 3])), .. Varint(5, 1), .. Field(3, "Opaque")]);

        Assert.That(secret.ToJsonString(), Is.EqualTo(
            """{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s","namespace":"default","creationTimestamp":"2026-01-01T00:00:00Z","labels":{"k":"v"}},"data":{"password":"AQID"},"immutable":true,"type":"Opaque"}"""));
    }

    [Test]
    public void Fields_of_a_message_that_JSON_does_not_show_stand_beside_their_owner()
    {
        byte[] volume = [.. Field(1, "v"), .. Field(2, Field(1, Field(1, "/data")))];
        var pod = Read("core.Pod", "Pod", Field(2, Field(1, volume)));

        Assert.That(pod["spec"]!.ToJsonString(), Is.EqualTo("""{"volumes":[{"name":"v","hostPath":{"path":"/data"}}]}"""));
    }

    [Test]
    public void Numbers_or_texts_quantities_and_truth_values_are_read()
    {
        byte[] container = [.. Field(1, "c"), .. Field(8, Field(1, Entry("cpu", Field(1, "100m")))), .. Field(10, Field(1, Field(2, Field(2, [.. Varint(1, 1), .. Field(3, "http")]))))];
        var pod = Read("core.Pod", "Pod", Field(2, [.. Field(2, container), .. Varint(11, 1), .. Varint(4, 30)]));

        Assert.That(pod["spec"]!.ToJsonString(), Is.EqualTo(
            """{"containers":[{"name":"c","resources":{"limits":{"cpu":"100m"}},"livenessProbe":{"httpGet":{"port":"http"}}}],"hostNetwork":true,"terminationGracePeriodSeconds":30}"""));
    }

    [Test]
    public void No_time_is_null_and_a_field_nobody_knows_is_passed_over() =>
        Assert.That(Read("core.Namespace", "Namespace", Field(1, [.. Field(1, "n"), .. Field(8, []), .. Field(99, "later")]))["metadata"]!.ToJsonString(),
            Is.EqualTo("""{"name":"n","creationTimestamp":null}"""));

    [Test]
    public void A_list_within_a_map_is_read() =>
        Assert.That(Read("authorization.SubjectAccessReview", "SubjectAccessReview", Field(2, Field(5, Entry("scopes", [.. Field(1, "a"), .. Field(1, "b")]))))["spec"]!.ToJsonString(),
            Is.EqualTo("""{"extra":{"scopes":["a","b"]}}"""));

    [TestCase("{}")]
    [TestCase("k8s\0\u0012\u0009\u000a")]
    public void What_cannot_be_read_is_said_and_throws_nothing(string body)
    {
        var (content, error) = ProtobufObject.Read(Encoding.Latin1.GetBytes(body), KindTable.Find("core.Secret"));
        Assert.That((content, string.IsNullOrEmpty(error)), Is.EqualTo(((JsonObject?)null, false)));
    }

    private static JsonObject Read(string type, string kind, byte[] raw)
    {
        byte[] body = [.. "k8s\0"u8, .. Field(1, [.. Field(1, "v1"), .. Field(2, kind)]), .. Field(2, raw)];
        var (content, error) = ProtobufObject.Read(body, KindTable.Find(type));
        Assert.That(error, Is.Null);
        return content!;
    }

    private static byte[] Entry(string key, byte[] value) => [.. Field(1, key), .. Field(2, value)];

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Field(int number, string text) => Field(number, Text(text));

    private static byte[] Field(int number, byte[] content) => [.. Number(((ulong)number << 3) | 2), .. Number((ulong)content.Length), .. content];

    private static byte[] Varint(int number, long value) => [.. Number((ulong)number << 3), .. Number((ulong)value)];

    private static byte[] Number(ulong value)
    {
        var bytes = new List<byte>();
        for (; value > 0x7F; value >>= 7) bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return [.. bytes];
    }
}
