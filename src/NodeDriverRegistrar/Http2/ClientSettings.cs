using System.Buffers.Binary;

namespace Sidecars.NodeDriverRegistrar.Http2;

/// <summary>
/// Reads what a client says about itself. Only the window of new streams matters here: our frames are never larger than everybody accepts,
/// and our header blocks use no table.
/// </summary>
internal static class ClientSettings
{
    private const int SettingSize = 6;
    private const uint LargestWindow = int.MaxValue;
    private const uint LargestFrame = (1 << 24) - 1;

    /// <summary>Reads the payload of a SETTINGS frame. <paramref name="window"/> is null where the client did not mention it.</summary>
    public static Http2Error? Read(FrameHeader frame, ReadOnlySpan<byte> payload, out int? window)
    {
        window = null;
        if (payload.Length % SettingSize != 0) return Http2Error.FrameSize(frame);
        for (; !payload.IsEmpty; payload = payload[SettingSize..])
        {
            var value = BinaryPrimitives.ReadUInt32BigEndian(payload[2..]);
            switch ((SettingId)BinaryPrimitives.ReadUInt16BigEndian(payload))
            {
                case SettingId.EnablePush when value > 1:
                    return Http2Error.Protocol($"the setting ENABLE_PUSH is {value}, it can be 0 or 1");
                case SettingId.InitialWindowSize when value > LargestWindow:
                    return new Http2Error(Http2ErrorCode.FlowControlError, $"the setting INITIAL_WINDOW_SIZE is {value}, beyond the largest window");
                case SettingId.InitialWindowSize:
                    window = (int)value;
                    break;
                case SettingId.MaxFrameSize when value is < Http2Limits.FrameSize or > LargestFrame:
                    return Http2Error.Protocol($"the setting MAX_FRAME_SIZE is {value}, outside of what the standard allows");
            }
        }
        return null;
    }
}
