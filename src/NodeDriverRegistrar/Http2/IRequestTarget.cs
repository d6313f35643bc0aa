namespace Sidecars.NodeDriverRegistrar.Http2;

/// <summary>What answers the requests of all connections. It is called from several threads at once.</summary>
internal interface IRequestTarget
{
    /// <summary>
    /// Looks at the head of a request. Either there is an answer already, whatever the body may be, or <paramref name="request"/> takes the
    /// body in.
    /// </summary>
    Http2Response? Begin(RequestHead head, out IRequest? request);
}
