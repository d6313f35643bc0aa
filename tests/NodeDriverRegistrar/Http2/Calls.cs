using static Sidecars.Tests.Support.Http2.Frames;

namespace Sidecars.NodeDriverRegistrar.Tests.Http2;

/// <summary>The kubelet's calls in frames.</summary>
internal static class Calls
{
    public const string GetInfo = "/pluginregistration.Registration/GetInfo";
    public const string Notify = "/pluginregistration.Registration/NotifyRegistrationStatus";

    /// <summary>A whole call with an empty message.</summary>
    public static byte[] Call(int stream, string path = GetInfo) => [.. Headers(stream, Request(path)), .. Data(stream, EmptyMessage)];

    public static byte[] Request(string path, string? authority = "localhost") => Block(
        [(":method", "POST"), (":scheme", "http"), (":path", path), .. authority is null ? [] : ((string, string)[])[(":authority", authority)],
            ("content-type", "application/grpc"), ("te", "trailers")]);
}
