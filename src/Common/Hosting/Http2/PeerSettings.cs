using System.Buffers.Binary;

namespace Sidecars.Hosting.Http2;

/// <summary>
/// Reads what the other side says about itself. Only the window of new streams matters here: our frames are never larger than everybody
/// accepts, our header blocks use no table, and we open few streams.
/// </summary>
internal static class PeerSettings
{
    private const int SettingSize = 6;
    private const uint LargestWindow = int.MaxValue;
    private const uint LargestFrame = (1 << 24) - 1;

    /// <summary>Reads the payload of a SETTINGS frame. <paramref name="window"/> is null where the peer did not mention it.</summary>
    public static Http2Error? Read(FrameHeader frame, ReadOnlySpan<byte> payload, out int? window)
    {
        window = null;
        if (payload.Length % SettingSize != 0) return Http2Error.FrameSize(frame);
        for (; !payload.IsEmpty; payload = payload[SettingSize..])
        {
            var value = BinaryPrimitives.ReadUInt32BigEndian(payload[2..]);
            switch ((Http2Setting)BinaryPrimitives.ReadUInt16BigEndian(payload))
            {
                case Http2Setting.EnablePush when value > 1:
                    return Http2Error.Protocol($"the setting ENABLE_PUSH is {value}, it can be 0 or 1");
                case Http2Setting.InitialWindowSize when value > LargestWindow:
                    return new Http2Error(Http2ErrorCode.FlowControl, $"the setting INITIAL_WINDOW_SIZE is {value}, beyond the largest window");
                case Http2Setting.InitialWindowSize:
                    window = (int)value;
                    break;
                case Http2Setting.MaxFrameSize when value is < Http2Limits.FrameSize or > LargestFrame:
                    return Http2Error.Protocol($"the setting MAX_FRAME_SIZE is {value}, outside of what the standard allows");
            }
        }
        return null;
    }
}
