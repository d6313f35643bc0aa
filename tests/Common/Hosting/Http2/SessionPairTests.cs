using FsCheck;
using FsCheck.Fluent;
using Sidecars.Hosting.Http2;
using Sidecars.Hosting.Http2.Hpack;

namespace Sidecars.Hosting.Tests.Http2;

/// <summary>Both sides of the session against each other: whatever is asked, in whatever pieces the octets travel, each answer is right.</summary>
internal sealed class SessionPairTests
{
    private static readonly HeaderField[] s_head = [new(":method", "POST"), new(":path", "/")];

    [Test]
    public void Every_question_is_answered_in_whatever_pieces_the_octets_travel() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(100),
        Prop.ForAll(
            Gen.Choose(0, 200_000).ListOf().Select(l => l.Take(20).ToArray()).ToArbitrary(), Gen.Choose(1, 30_000).ToArbitrary(),
            (sizes, piece) =>
            {
                var client = Http2Session.ForClient(_ => { });
                var server = Http2Session.ForServer(() => new EchoStream());
                var calls = sizes.Select(size => (Call: new ClientCall(), Body: Body(size))).ToArray();
                foreach (var (call, body) in calls) client.Streams.Begin(call, s_head, body);
                while (Move(client, server, piece) | Move(server, client, piece))
                {
                }
                return client.Error is null && server.Error is null && client.Streams.Open == 0 && server.Streams.Open == 0 &&
                    calls.All(c => c.Call.Answer.IsCompletedSuccessfully && c.Call.Answer.Result.Body.Span.SequenceEqual(c.Body) &&
                        c.Call.Answer.Result.Find("grpc-status") == "0");
            }));

    [Test]
    public void Calls_given_up_at_any_moment_leave_the_others_and_nothing_behind() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(200),
        Prop.ForAll(Gen.Choose(1, 8).ToArbitrary(), Gen.Choose(0, 60).ToArbitrary(), Gen.Choose(100, 20_000).ToArbitrary(), (count, moment, piece) =>
        {
            var client = Http2Session.ForClient(_ => { });
            var server = Http2Session.ForServer(() => new EchoStream());
            var calls = Enumerable.Range(0, count).Select(i => (Call: new ClientCall(), Body: Body(30_000 * i))).ToArray();
            foreach (var (call, body) in calls) client.Streams.Begin(call, s_head, body);
            for (var step = 0; Move(client, server, piece) | Move(server, client, piece); step++)
                if (step == moment) client.Streams.GiveUp(calls[count / 2].Call);
            return client.Error is null && server.Error is null && client.Streams.Open == 0 && server.Streams.Open == 0 &&
                calls.Where((_, i) => i != count / 2).All(c => c.Call.Answer.Result.Body.Span.SequenceEqual(c.Body));
        }));

    [Test]
    public void A_server_that_closes_answers_what_was_begun_and_both_are_over()
    {
        string? goodbye = null;
        var client = Http2Session.ForClient(reason => goodbye = reason);
        var server = Http2Session.ForServer(() => new EchoStream());
        var begun = new ClientCall();
        client.Streams.Begin(begun, s_head, Body(100_000));
        Move(client, server, 1000);
        server.Close();
        var late = new ClientCall();
        client.Streams.Begin(late, s_head, Body(1));
        while (Move(client, server, 1000) | Move(server, client, 1000))
        {
        }
        Assert.That(begun.Answer.Result.Body.Length, Is.EqualTo(100_000));
        Assert.That(late.Answer.Exception!.InnerException, Is.TypeOf<Http2ResetException>().With.Property("Code").EqualTo(Http2ErrorCode.RefusedStream));
        Assert.That(goodbye, Is.EqualTo("the server said goodbye"));
        Assert.That(client.IsOver && server.IsOver);
    }

    private static byte[] Body(int size)
    {
        var body = new byte[size];
        for (var i = 0; i < size; i++) body[i] = (byte)(i * 31 + size);
        return body;
    }

    /// <summary>Carries what one side has to say to the other; false when there was nothing.</summary>
    private static bool Move(Http2Session from, Http2Session to, int piece)
    {
        var output = from.TakeOutput().Span;
        if (output.IsEmpty) return false;
        while (!output.IsEmpty)
        {
            var space = to.Space.Span;
            var count = Math.Min(Math.Min(piece, output.Length), space.Length);
            output[..count].CopyTo(space);
            to.Received(count);
            output = output[count..];
        }
        return true;
    }
}
