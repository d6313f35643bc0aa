namespace Sidecars.Hosting.Http2;

/// <summary>The flags of frames; one bit has two meanings, by the type of the frame.</summary>
#pragma warning disable CA1069 // One bit, two names: Settings and Ping say Ack, Data and Headers say EndStream.
[Flags]
internal enum FrameFlags : byte
{
    None = 0,
    Ack = 0x1,
    EndStream = 0x1,
    EndHeaders = 0x4,
    Padded = 0x8,
    Priority = 0x20,
}
#pragma warning restore CA1069
