using Sidecars.Hosting.Http2;
using Sidecars.Hosting.Http2.Hpack;

namespace Sidecars.NodeDriverRegistrar.Http2;

/// <summary>One call of a client: has its request answered as soon as it is complete, or as soon as nothing more of it is wanted.</summary>
internal sealed class ServerStream(IRequestTarget target) : Http2Stream
{
    private bool _hasHead;
    private IRequest? _request; // takes the body in; null as soon as there is an answer

    public override bool WantsMore => _request is not null;

    public override Http2Error? OnHeaders(HeaderList list, bool isEnd)
    {
        if (_hasHead) return isEnd ? null : Http2Error.Protocol("the head of a request comes twice");
        _hasHead = true;
        if (list.IsTooLarge) Answer(Http2Response.Only(new HeaderField(":status", "431")));
        else if (RequestHead.Read(list.Fields) is not { } head) return Http2Error.Protocol("the head of a request is malformed");
        else if (target.Begin(head, out _request) is { } early) Answer(early);
        return null;
    }

    public override Http2Error? OnData(ReadOnlySpan<byte> part)
    {
        if (_request?.Append(part) is { } early) Answer(early);
        return null;
    }

    public override Http2Error? OnEnd()
    {
        if (_request is { } request) Answer(request.End());
        return null;
    }

    public override void OnBroken(Http2Error why) => _request = null;

    private void Answer(Http2Response response)
    {
        _request = null;
        Table.Say(this, response.Head, response.Body, response.Trailers);
    }
}
