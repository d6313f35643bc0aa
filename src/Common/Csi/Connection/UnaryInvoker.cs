using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Grpc.Core;
using Sidecars.Hosting;
using Sidecars.Hosting.Http2;
using Sidecars.Hosting.Http2.Hpack;

namespace Sidecars.Csi;

/// <summary>
/// Carries unary gRPC calls over an <see cref="Http2Client"/>, for programs that cannot afford the weight of the full client: deadlines,
/// cancellation and statuses are as there. No streams, no compression, no retries, no re-dialling.
/// </summary>
internal sealed class UnaryInvoker(Http2Client http) : CallInvoker
{
    private const int PrefixLength = 5;

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var life = new CallLife(options);
        return new AsyncUnaryCall<TResponse>(
            Call(method, options, request, life), Task.FromResult(Metadata.Empty), () => Status.DefaultSuccess, () => Metadata.Empty, life.Dispose);
    }

    public override TResponse BlockingUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        throw new NotSupportedException();

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw new NotSupportedException();

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options) => throw new NotSupportedException();

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options) => throw new NotSupportedException();

    private async Task<TResponse> Call<TRequest, TResponse>(Method<TRequest, TResponse> method, CallOptions options, TRequest request, CallLife life)
    {
        if (life.Left <= TimeSpan.Zero) throw new RpcException(new Status(StatusCode.DeadlineExceeded, ""));
        Http2Message answer;
        try
        {
            answer = await http.AskAsync(Fields(method.FullName, options.Headers, life.Left), Framed(method.RequestMarshaller, request), life.Over);
        }
        catch (OperationCanceledException)
        {
            // The token of the call is the caller's wish; without that it was the deadline, which the caller tells from its empty words.
            throw new RpcException(options.CancellationToken.IsCancellationRequested
                ? new Status(StatusCode.Cancelled, "Call canceled by the client.")
                : new Status(StatusCode.DeadlineExceeded, ""));
        }
        catch (Http2ResetException e)
        {
            throw new RpcException(new Status(CodeOf(e.Code), e.Message));
        }
        catch (IOException e)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, e.Message, e));
        }
        var message = Unframed(answer);
        try
        {
            return method.ResponseMarshaller.ContextualDeserializer(new MessageIn(message));
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidOperationException)
        {
            // The second is what the library has for some octets that are cut off.
            throw new RpcException(new Status(StatusCode.Internal, $"the answer is no {typeof(TResponse).Name}: {e.Message}"));
        }
    }

    /// <summary>What the code of a broken off stream means (the gRPC protocol over HTTP/2, errors).</summary>
    private static StatusCode CodeOf(Http2ErrorCode code) => code switch
    {
        Http2ErrorCode.Cancel => StatusCode.Cancelled,
        Http2ErrorCode.RefusedStream => StatusCode.Unavailable,
        Http2ErrorCode.EnhanceYourCalm => StatusCode.ResourceExhausted,
        _ => StatusCode.Internal,
    };

    /// <summary>What the HTTP status of an answer without a gRPC status means (the gRPC protocol, HTTP to gRPC status codes).</summary>
    private static StatusCode CodeOf(string? httpStatus) => httpStatus switch
    {
        "400" => StatusCode.Internal,
        "401" => StatusCode.Unauthenticated,
        "403" => StatusCode.PermissionDenied,
        "404" => StatusCode.Unimplemented,
        "429" or "502" or "503" or "504" => StatusCode.Unavailable,
        _ => StatusCode.Unknown,
    };

    private static List<HeaderField> Fields(string path, Metadata? headers, TimeSpan? left)
    {
        List<HeaderField> fields =
        [
            new(":method", "POST"), new(":scheme", "http"), new(":path", path), new(":authority", "localhost"),
            new("content-type", "application/grpc"), new("te", "trailers"), new("user-agent", "csi-sidecar"),
        ];
        if (left is { } limit) fields.Add(new("grpc-timeout", Timeout(limit)));
        foreach (var header in headers ?? Metadata.Empty)
            if (!header.IsBinary) fields.Add(new(header.Key, header.Value));
        return fields;
    }

    // At most eight digits, in the finest unit that fits, and rather more than less: the driver's clock must not be the first to run out.
    private static string Timeout(TimeSpan limit)
    {
        const long most = 99_999_999;
        (char Name, double Seconds)[] units = [('n', 1e-9), ('u', 1e-6), ('m', 1e-3), ('S', 1)];
        foreach (var (name, seconds) in units)
            if (Math.Ceiling(limit.TotalSeconds / seconds) is <= most and var count) return string.Create(CultureInfo.InvariantCulture, $"{count:0}{name}");
        return $"{most}S";
    }

    private static ReadOnlyMemory<byte> Framed<T>(Marshaller<T> marshaller, T message)
    {
        var framed = new MessageOut();
        marshaller.ContextualSerializer(message, framed);
        return framed.Framed;
    }

    private static ReadOnlyMemory<byte> Unframed(Http2Message answer)
    {
        if (answer.Find("grpc-status") is not { } status)
        {
            var http = answer.Find(":status");
            throw new RpcException(new Status(CodeOf(http), $"unexpected HTTP status {http ?? "none"} and no grpc-status: whoever answers is no gRPC server"));
        }
        var code = int.TryParse(status, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && Enum.IsDefined((StatusCode)number)
            ? (StatusCode)number
            : StatusCode.Unknown;
        if (code is not StatusCode.OK) throw new RpcException(new Status(code, DriverWords.Decode(answer.Find("grpc-message") ?? "")));
        var body = answer.Body.Span;
        if (body.Length < PrefixLength) throw new RpcException(new Status(StatusCode.Internal, "the answer has no message"));
        if (body[0] is not 0) throw new RpcException(new Status(StatusCode.Unimplemented, "the answer is compressed, which was not asked for"));
        if (BinaryPrimitives.ReadUInt32BigEndian(body[1..]) != body.Length - PrefixLength)
            throw new RpcException(new Status(StatusCode.Internal, "the answer is not one message"));
        return answer.Body[PrefixLength..];
    }

    /// <summary>A message on its way out, with the five octets before it: not compressed, and its length.</summary>
    private sealed class MessageOut : SerializationContext
    {
        private readonly ArrayBufferWriter<byte> _framed = new(16);

        public MessageOut() => _framed.Write(stackalloc byte[PrefixLength]);

        public ReadOnlyMemory<byte> Framed
        {
            get
            {
                var framed = MemoryMarshal.AsMemory(_framed.WrittenMemory);
                BinaryPrimitives.WriteInt32BigEndian(framed.Span[1..], framed.Length - PrefixLength);
                return framed;
            }
        }

        public override IBufferWriter<byte> GetBufferWriter() => _framed;

        public override void SetPayloadLength(int payloadLength)
        {
        }

        public override void Complete()
        {
        }

        public override void Complete(byte[] payload) => _framed.Write(payload);
    }

    private sealed class MessageIn(ReadOnlyMemory<byte> message) : DeserializationContext
    {
        public override int PayloadLength => message.Length;

        public override byte[] PayloadAsNewBuffer() => message.ToArray();

        public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => new(message);
    }

    /// <summary>When a call ends at the latest: by its deadline, by its caller's token, or because the caller disposes it.</summary>
    private sealed class CallLife : IDisposable
    {
        private readonly CancellationTokenSource _over;
        private int _isDisposed;

        public CallLife(CallOptions options)
        {
            _over = CancellationTokenSource.CreateLinkedTokenSource(options.CancellationToken);
            Over = _over.Token;
            if (options.Deadline is not { } deadline || deadline == DateTime.MaxValue) return;
            Left = deadline.ToUniversalTime() - TimeProvider.System.GetUtcNow().UtcDateTime;
            // A limit beyond what timers can wait for is left to the driver, who is told of it.
            if (Left > TimeSpan.Zero && Left < TimeLimit.Longest) _over.CancelAfter(Left.Value);
        }

        public CancellationToken Over { get; }

        /// <summary>The time from the start of the call to its deadline; null where there is none.</summary>
        public TimeSpan? Left { get; }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isDisposed, 1) is not 0) return;
            _over.Cancel();
            _over.Dispose();
        }
    }
}
