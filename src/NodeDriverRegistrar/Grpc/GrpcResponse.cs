using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Grpc.Core;
using Sidecars.NodeDriverRegistrar.Http2;
using Sidecars.Hosting.Http2.Hpack;

namespace Sidecars.NodeDriverRegistrar.Grpc;

/// <summary>Puts replies into the form gRPC has on HTTP/2: a length before the message, the status behind it.</summary>
internal static class GrpcResponse
{
    /// <summary>A flag octet and the length.</summary>
    public const int PrefixSize = 5;

    /// <summary>Characters of a reason; what quotes a client must not grow beyond a frame.</summary>
    private const int LongestReason = 512;

    private static readonly HeaderField s_ok = new(":status", "200");
    private static readonly HeaderField s_contentType = new("content-type", GrpcTarget.ContentType);

    public static Http2Response Of(GrpcReply reply)
    {
        var status = new HeaderField("grpc-status", ((int)reply.Code).ToString(CultureInfo.InvariantCulture));
        return reply.Code == StatusCode.OK
            ? new Http2Response([s_ok, s_contentType], Prefixed(reply.Message), [status])
            : Http2Response.Only(s_ok, s_contentType, status, Reason(reply.Reason));
    }

    /// <summary>An answer to something that is no gRPC call, as the HTTP status says; gRPC clients read the reason.</summary>
    public static Http2Response Refusal(string httpStatus, string reason) => Http2Response.Only(
        new HeaderField(":status", httpStatus), s_contentType, new HeaderField("grpc-status", "13"), Reason(reason));

    private static byte[] Prefixed(byte[] message)
    {
        var whole = new byte[PrefixSize + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(whole.AsSpan(1), message.Length);
        message.CopyTo(whole, PrefixSize);
        return whole;
    }

    // Everything but printable ASCII, and the percent sign, goes percent-encoded.
    private static HeaderField Reason(string reason)
    {
        if (reason.Length > LongestReason) reason = reason[..LongestReason] + "...";
        var text = new StringBuilder(reason.Length);
        foreach (var octet in Encoding.UTF8.GetBytes(reason))
        {
            if (octet is >= 0x20 and <= 0x7E and not (byte)'%') text.Append((char)octet);
            else text.Append('%').Append(octet.ToString("X2", CultureInfo.InvariantCulture));
        }
        return new HeaderField("grpc-message", text.ToString());
    }
}
