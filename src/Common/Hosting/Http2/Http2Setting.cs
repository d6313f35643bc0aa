namespace Sidecars.Hosting.Http2;

/// <summary>The parameters of a connection (RFC 9113 6.5.2). Unknown ones are ignored.</summary>
internal enum Http2Setting : ushort
{
    None = 0,
    HeaderTableSize = 1,
    EnablePush = 2,
    MaxConcurrentStreams = 3,
    InitialWindowSize = 4,
    MaxFrameSize = 5,
    MaxHeaderListSize = 6,
}
