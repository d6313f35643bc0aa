using Sidecars.Hosting.Http2.Hpack;

namespace Sidecars.Hosting.Http2;

/// <summary>
/// One call: what of the peer's message is still to come and what of ours is still to go. What is made of the peer's message is up to the
/// side. The members that begin with On are called one after the other and must not wait; after <see cref="OnBroken"/>, or once both messages are through,
/// nothing is called any more. An error they return breaks off this call alone.
/// </summary>
internal abstract class Http2Stream
{
    /// <summary>The number of the stream; 0 before it is opened.</summary>
    public int Id { get; private set; }

    public ReceiveWindow Receiving { get; } = new();

    public SendWindow Sending { get; private set; } = new(0);

    /// <summary>The peer has sent all of its message.</summary>
    public bool HasReceivedAll { get; set; }

    /// <summary>Our message is begun: its head is out.</summary>
    public bool HasBegunSending { get; set; }

    /// <summary>All of our message has been sent.</summary>
    public bool HasSentAll { get; set; }

    /// <summary>What of our body is still to be sent.</summary>
    public ReadOnlyMemory<byte> Unsent { get; set; }

    /// <summary>The fields behind our body; without any the body ends the message.</summary>
    public HeaderField[] Trailers { get; set; } = [];

    public bool IsOver => HasReceivedAll && HasSentAll;

    /// <summary>Whether more of the body is of use; one that is not gets no more credit.</summary>
    public virtual bool WantsMore => true;

    /// <summary>Where the stream stands, from the moment it is opened.</summary>
    protected StreamTable Table { get; private set; } = null!;

    public void Open(int id, int sendWindow, StreamTable table) => (Id, Sending, Table) = (id, new SendWindow(sendWindow), table);

    /// <summary>Header fields: the head of the message, or what stands behind its body.</summary>
    public abstract Http2Error? OnHeaders(HeaderList list, bool isEnd);

    /// <summary>A part of the body; the span is valid during the call only.</summary>
    public abstract Http2Error? OnData(ReadOnlySpan<byte> part);

    /// <summary>The message is complete.</summary>
    public abstract Http2Error? OnEnd();

    /// <summary>The call is over before its end, because the peer, the connection or we broke it off.</summary>
    public abstract void OnBroken(Http2Error why);
}
