using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Sidecars.Bench;

/// <summary>Counts the calls of a driver by method, and does nothing else with them.</summary>
internal sealed class CallCounter : Interceptor
{
    private readonly ConcurrentDictionary<string, int> _counts = new(StringComparer.Ordinal);

    /// <summary>The calls so far, in order of their methods.</summary>
    public SortedDictionary<string, int> Snapshot() => new(_counts.ToDictionary(), StringComparer.Ordinal);

    /// <summary>Counts from zero again.</summary>
    public void Clear() => _counts.Clear();

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        _counts.AddOrUpdate(context.Method[(context.Method.LastIndexOf('/') + 1)..], 1, (_, count) => count + 1);
        return continuation(request, context);
    }
}
