using FsCheck;
using FsCheck.Fluent;
using Sidecars.Hosting.Http2;
using Sidecars.Hosting.Http2.Hpack;
using Sidecars.NodeDriverRegistrar.Grpc;
using Sidecars.NodeDriverRegistrar.Http2;
using Sidecars.NodeDriverRegistrar.Registration;
using Sidecars.Tests.Support;
using static Sidecars.NodeDriverRegistrar.Tests.Http2.Calls;
using static Sidecars.Tests.Support.Http2.Frames;

namespace Sidecars.NodeDriverRegistrar.Tests.Http2;

/// <summary>Whatever octets come, in whatever pieces: the session neither throws nor hangs, and what it says are frames.</summary>
internal sealed class SessionPropertyTests
{
    private static readonly GrpcTarget s_target = new(new RegistrationService("d", "/e", new RecordingLogger()).Methods);

    private static readonly Gen<byte[]> s_octets = Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf();

    /// <summary>Frames that are mostly right, so that they get past the first check.</summary>
    private static readonly Gen<byte[]> s_frame = Gen.Frequency(
        (3, from stream in Gen.Choose(0, 9) select Call(stream)),
        (2, from stream in Gen.Choose(0, 9) from flags in Gen.Choose(0, 63) select Headers(stream, Request(GetInfo), flags)),
        (2, from stream in Gen.Choose(0, 9) from flags in Gen.Choose(0, 15) from body in s_octets select Data(stream, body, flags)),
        (2, from stream in Gen.Choose(0, 9) from increment in Gen.Choose(0, 99) select WindowUpdate(stream, increment)),
        (1, from window in Gen.Choose(0, 99) select Settings((4, window))),
        (3, from type in Gen.Choose(0, 11) from stream in Gen.Choose(0, 9) from flags in Gen.Choose(0, 63) from payload in s_octets
            select Of((FrameType)type, flags, stream, payload)));

    [Test]
    public void Any_octets_in_any_pieces_are_survived() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(500),
        Prop.ForAll(s_octets.ToArbitrary(), Gen.Choose(1, 50).ToArbitrary(), (octets, piece) => Survives([.. Http2Session.Preface, .. Settings(), .. octets], piece)));

    [Test]
    public void Any_frames_in_any_order_and_pieces_are_survived() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(1000),
        Prop.ForAll(s_frame.ListOf().ToArbitrary(), Gen.Choose(1, 400).ToArbitrary(),
            (frames, piece) => Survives([.. Http2Session.Preface, .. Settings(), .. frames.SelectMany(f => f)], piece)));

    [Test]
    public void The_pieces_in_which_octets_come_make_no_difference() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(300),
        Prop.ForAll(s_frame.ListOf().ToArbitrary(), Gen.Choose(1, 40).ToArbitrary(), (frames, piece) =>
        {
            byte[] all = [.. Http2Session.Preface, .. Settings(), .. frames.SelectMany(f => f)];
            return Run(all, piece).SequenceEqual(Run(all, all.Length));
        }));

    [Test]
    public void Any_header_block_is_read_or_refused() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(2000),
        Prop.ForAll(s_octets.ListOf().ToArbitrary(), blocks =>
        {
            var decoder = new HpackDecoder();
            foreach (var block in blocks)
            {
                decoder.Decode(block, new HeaderList(Http2Limits.RequestFields));
                if (decoder.Table.Size is < 0 or > DynamicTable.MaxSize) return false;
            }
            return true;
        }));

    private static bool Survives(byte[] octets, int piece)
    {
        ReadOnlySpan<byte> output = Run(octets, piece);
        while (!output.IsEmpty)
        {
            if (output.Length < FrameHeader.Size) return false;
            var frame = FrameHeader.Read(output);
            if (frame.Length > Http2Limits.FrameSize || output.Length < FrameHeader.Size + frame.Length) return false;
            output = output[(FrameHeader.Size + frame.Length)..];
        }
        return true;
    }

    private static byte[] Run(byte[] octets, int piece)
    {
        var session = Http2Session.ForServer(() => new ServerStream(s_target));
        for (ReadOnlySpan<byte> rest = octets; !rest.IsEmpty && !session.IsOver;)
        {
            var space = session.Space.Span;
            var count = Math.Min(Math.Min(piece, rest.Length), space.Length);
            rest[..count].CopyTo(space);
            session.Received(count);
            rest = rest[count..];
        }
        return session.TakeOutput().ToArray();
    }
}
