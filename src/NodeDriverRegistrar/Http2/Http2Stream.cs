namespace Sidecars.NodeDriverRegistrar.Http2;

/// <summary>One call: what of the request is still to come and what of the answer is still to go.</summary>
internal sealed class Http2Stream(int id, int sendWindow)
{
    public int Id => id;

    public ReceiveWindow Receiving { get; } = new();

    public SendWindow Sending { get; } = new(sendWindow);

    /// <summary>Takes in the body; null as soon as there is an answer, and what still comes is dropped then.</summary>
    public IRequest? Request { get; set; }

    /// <summary>The client has sent all of the request.</summary>
    public bool HasRequestEnded { get; set; }

    /// <summary>What of the body is still to be sent.</summary>
    public ReadOnlyMemory<byte> Unsent { get; set; }

    /// <summary>The answer; null while there is none.</summary>
    public Http2Response? Response { get; set; }

    /// <summary>All of the answer has been sent.</summary>
    public bool HasResponseEnded { get; set; }

    public bool IsOver => HasRequestEnded && HasResponseEnded;
}
