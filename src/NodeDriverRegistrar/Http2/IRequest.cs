namespace Sidecars.NodeDriverRegistrar.Http2;

/// <summary>One request whose body arrives. It is called by one thread at a time, and never again after it gave an answer.</summary>
internal interface IRequest
{
    /// <summary>Takes a part of the body; an answer means that no more of it is wanted.</summary>
    Http2Response? Append(ReadOnlySpan<byte> part);

    /// <summary>The body is complete.</summary>
    Http2Response End();
}
