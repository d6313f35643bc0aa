using Sidecars.Hosting.Http2;
using Sidecars.Tests.Support;
using static Sidecars.NodeDriverRegistrar.Tests.Http2.Calls;
using static Sidecars.Tests.Support.Http2.Frames;

namespace Sidecars.NodeDriverRegistrar.Tests.Http2;

/// <summary>Calls as any client may write them, over a real socket.</summary>
internal sealed class CallTests
{
    private readonly ServerRig _rig = new();

    [TearDown]
    public async Task End() => await _rig.DisposeAsync();

    [TestCase("%2Fvar%2Flib%2Fkubelet%2Fplugins_registry%2Fd.example.com-reg.sock", Description = "the kubelet")]
    [TestCase("localhost")]
    [TestCase("/var/lib/kubelet/plugins_registry/d.example.com-reg.sock")]
    [TestCase("")]
    [TestCase("::::@@@ %% not a host at all")]
    [TestCase(null, Description = "no such field")]
    public async Task Any_authority_is_answered(string? authority)
    {
        using var client = await RawClient.ConnectAsync(_rig.Path);
        await client.Send(Headers(1, Request(GetInfo, authority)), Data(1, EmptyMessage));
        var answer = await client.Answer(1);
        Assert.That(answer.Status, Is.EqualTo("0"));
        Assert.That(answer.Info.Endpoint, Is.EqualTo(ServerRig.Endpoint));
    }

    [Test]
    public async Task The_answer_has_the_contracts_octets()
    {
        using var client = await RawClient.ConnectAsync(_rig.Path);
        await client.Send(Call(1));
        var answer = await client.Answer(1);
        Assert.That(answer.Fields[":status"], Is.EqualTo("200"));
        Assert.That(answer.Fields["content-type"], Is.EqualTo("application/grpc"));
        byte[] message =
        [
            0x0a, 9, .. "CSIPlugin"u8, 0x12, (byte)ServerRig.Driver.Length, .. System.Text.Encoding.ASCII.GetBytes(ServerRig.Driver),
            0x1a, (byte)ServerRig.Endpoint.Length, .. System.Text.Encoding.ASCII.GetBytes(ServerRig.Endpoint), 0x22, 5, .. "1.0.0"u8,
        ];
        Assert.That(answer.Body, Is.EqualTo(Message(message)));
    }

    [Test]
    public async Task Huffman_coded_fields_are_read()
    {
        using var client = await RawClient.ConnectAsync(_rig.Path);
        var authority = HuffmanText.Encode("%2Fvar%2Flib%2Fkubelet%2Fplugins_registry%2Fx-reg.sock");
        var path = HuffmanText.Encode(GetInfo);
        byte[] block =
        [
            0x83, 0x86, 0x44, (byte)(0x80 | path.Length), .. path, 0x41, (byte)(0x80 | authority.Length), .. authority,
            .. Block(("content-type", "application/grpc+proto"), ("te", "trailers")),
        ];
        await client.Send(Headers(1, block), Data(1, EmptyMessage));
        Assert.That((await client.Answer(1)).Status, Is.EqualTo("0"));
        // Method and scheme from the static table, path and authority from what the first call left in the dynamic one.
        await client.Send(Headers(3, [0x83, 0x86, 0xbf, 0xbe, .. Block(("content-type", "application/grpc"))]), Data(3, EmptyMessage));
        Assert.That((await client.Answer(3)).Info.Name, Is.EqualTo(ServerRig.Driver));
    }

    [Test]
    public async Task A_header_block_may_come_in_pieces()
    {
        using var client = await RawClient.ConnectAsync(_rig.Path);
        var block = Request(GetInfo);
        await client.Send(
            Headers(1, block[..3], 0), Of(FrameType.Continuation, 0, 1), Of(FrameType.Continuation, 0, 1, block[3..40]),
            Of(FrameType.Continuation, FrameFlags.EndHeaders, 1, block[40..]), Data(1, EmptyMessage));
        Assert.That((await client.Answer(1)).Status, Is.EqualTo("0"));
    }

    [Test]
    public async Task Padding_and_priority_are_passed_over()
    {
        using var client = await RawClient.ConnectAsync(_rig.Path);
        byte[] head = [7, 0x80, 0, 0, 0, 16, .. Request(GetInfo), 0, 0, 0, 0, 0, 0, 0];
        await client.Send(
            Of(FrameType.Priority, 0, 1, 0, 0, 0, 0, 16),
            Headers(1, head, FrameFlags.EndHeaders | FrameFlags.Padded | FrameFlags.Priority),
            Data(1, [3, .. EmptyMessage, 0, 0, 0], FrameFlags.Padded | FrameFlags.EndStream));
        Assert.That((await client.Answer(1)).Status, Is.EqualTo("0"));
    }

    [Test]
    public async Task A_message_may_come_octet_by_octet_and_end_with_an_empty_frame()
    {
        using var client = await RawClient.ConnectAsync(_rig.Path);
        await client.Send(Headers(1, Request(Notify)));
        foreach (var octet in Message(0x08, 0x01)) await client.Send(Data(1, [octet], 0));
        await client.Send(Data(1, []));
        Assert.That((await client.Answer(1)).Status, Is.EqualTo("0"));
    }

    [Test]
    public async Task A_call_may_end_with_trailers()
    {
        using var client = await RawClient.ConnectAsync(_rig.Path);
        await client.Send(
            Headers(1, Request(GetInfo)), Data(1, EmptyMessage, 0), Headers(1, Block(("x-checksum", "1")), FrameFlags.EndHeaders | FrameFlags.EndStream));
        Assert.That((await client.Answer(1)).Status, Is.EqualTo("0"));
    }

    [Test]
    public async Task Calls_on_one_connection_may_overlap()
    {
        using var client = await RawClient.ConnectAsync(_rig.Path);
        await client.Send(Headers(1, Request(GetInfo)), Headers(3, Request(GetInfo)), Headers(5, Request(GetInfo)));
        await client.Send(Data(5, EmptyMessage), Data(1, EmptyMessage), Data(3, EmptyMessage));
        Assert.That((await client.Answer(5)).Status, Is.EqualTo("0"));
        Assert.That((await client.Answer(1)).Status, Is.EqualTo("0"));
        Assert.That((await client.Answer(3)).Status, Is.EqualTo("0"));
    }

    [Test]
    public async Task A_call_beyond_the_most_at_a_time_is_refused_and_the_others_go_on()
    {
        using var client = await RawClient.ConnectAsync(_rig.Path);
        var settings = await client.NextOf(FrameType.Settings);
        Assert.That(settings.Payload[..6], Is.EqualTo((byte[])[0, (byte)Http2Setting.MaxConcurrentStreams, 0, 0, 0, Http2Limits.Streams]));
        for (var i = 0; i <= Http2Limits.Streams; i++) await client.Send(Headers(1 + 2 * i, Request(GetInfo)));
        Assert.That((await client.Answer(1 + 2 * Http2Limits.Streams)).Reset, Is.EqualTo(Http2ErrorCode.RefusedStream));
        await client.Send(Data(1, EmptyMessage));
        Assert.That((await client.Answer(1)).Status, Is.EqualTo("0"));
    }

    [Test]
    public async Task A_client_that_says_nothing_more_still_gets_its_answer()
    {
        using var client = await RawClient.ConnectAsync(_rig.Path);
        await client.Send(Call(1));
        client.Shutdown();
        Assert.That((await client.Answer(1)).Status, Is.EqualTo("0"));
        Assert.That(await client.End(), Is.Null);
    }

    [TestCase("/pluginregistration.Registration/Other")]
    [TestCase("/v1.Registration/GetInfo")]
    [TestCase("/grpc.health.v1.Health/Check")]
    [TestCase("no-path")]
    public async Task A_method_that_is_not_there_is_unimplemented(string path)
    {
        using var client = await RawClient.ConnectAsync(_rig.Path);
        await client.Send(Call(1, path));
        var answer = await client.Answer(1);
        Assert.That(answer.Status, Is.EqualTo("12"));
        Assert.That(answer.Reason, Does.Contain(path));
    }

    [TestCase(new byte[] { 1, 0, 0, 0, 0 }, "12", "compressed")]
    [TestCase(new byte[] { 7, 0, 0, 0, 0 }, "13", "flags")]
    [TestCase(new byte[] { 0, 0, 0, 0 }, "13", "complete")]
    [TestCase(new byte[] { 0, 0, 0, 0, 2, 8 }, "13", "complete")]
    [TestCase(new byte[] { }, "13", "complete")]
    [TestCase(new byte[] { 0, 0, 0, 0, 0, 0 }, "13", "more than one")]
    [TestCase(new byte[] { 0, 0, 0x40, 0, 1 }, "8", "4194305")]
    [TestCase(new byte[] { 0, 255, 255, 255, 255 }, "8", "4294967295")]
    [TestCase(new byte[] { 0, 0, 0, 0, 2, 0x12, 0x05 }, "13", "RegistrationStatus", Description = "a field that is cut off")]
    [TestCase(new byte[] { 0, 0, 0, 0, 1, 0x0C }, "13", "RegistrationStatus", Description = "the end of a group that never began")]
    [TestCase(new byte[] { 0, 0, 0, 0, 1, 0x0B }, "13", "RegistrationStatus", Description = "a group without an end")]
    public async Task A_message_that_cannot_be_taken_is_answered_with_the_reason(byte[] body, string status, string reason)
    {
        using var client = await RawClient.ConnectAsync(_rig.Path);
        await client.Send(Headers(1, Request(Notify)), Data(1, body));
        var answer = await client.Answer(1);
        Assert.That(answer.Status, Is.EqualTo(status));
        Assert.That(answer.Reason, Does.Contain(reason));
        Assert.That(_rig.Service.Refused.IsCompleted, Is.False);
    }

    [TestCase("GET", "application/grpc", "405")]
    [TestCase("POST", "application/json", "415")]
    [TestCase("POST", "application/grpcx", "415")]
    public async Task What_is_no_grpc_call_gets_an_http_status(string method, string contentType, string status)
    {
        using var client = await RawClient.ConnectAsync(_rig.Path);
        await client.Send(Headers(
            1, Block((":method", method), (":scheme", "http"), (":path", GetInfo), ("content-type", contentType)), FrameFlags.EndHeaders | FrameFlags.EndStream));
        Assert.That((await client.Answer(1)).Fields[":status"], Is.EqualTo(status));
    }

    [Test]
    public async Task A_hundred_calls_at_once_are_answered_alike()
    {
        using var kubelet = await Kubelet.ConnectAsync(_rig.Path);
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => kubelet.GetInfo())).WithinLimit();
        Assert.That(answers.Distinct(), Has.Exactly(1).Items);
        Assert.That(answers[0].SupportedVersions, Is.EqualTo((string[])["1.0.0"]));
    }
}
