using System.Text;
using Csi.V1;
using Sidecars.HostPathDriver.State;

namespace Sidecars.HostPathDriver.Rpc;

/// <summary>
/// The argument checks shared by several calls. Each returns what it checked or refuses the call, saying which field is wrong and why.
/// </summary>
internal static class Check
{
    // Limits of the protocol (wire contract 8.6), in bytes of UTF-8.
    private const int MaxString = 128;
    private const int MaxMap = 4096;

    public static string Required(string value, string field) =>
        value.Length > 0 ? value : throw Refuse.InvalidArgument($"{field} is missing.");

    /// <summary>A name chosen by the caller: present, at most 128 bytes, without control characters.</summary>
    public static string Name(string name)
    {
        Required(name, "name");
        if (Encoding.UTF8.GetByteCount(name) > MaxString)
            throw Refuse.InvalidArgument($"name is longer than {MaxString} bytes.");
        if (name.Any(c => char.IsControl(c) && c is not ('\t' or '\n' or '\r')))
            throw Refuse.InvalidArgument("name contains a control character.");
        return name;
    }

    public static void Map(IEnumerable<KeyValuePair<string, string>> map, string field)
    {
        var size = map.Sum(pair => Encoding.UTF8.GetByteCount(pair.Key) + Encoding.UTF8.GetByteCount(pair.Value));
        if (size > MaxMap) throw Refuse.InvalidArgument($"{field} holds {size} bytes, more than the allowed {MaxMap}.");
    }

    /// <summary>An absolute path, in the one spelling that names it.</summary>
    public static string AbsolutePath(string path, string field)
    {
        Required(path, field);
        if (!IsAbsolutePath(path)) throw Refuse.InvalidArgument($"{field} \"{path}\" is not an absolute path.");
        return Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
    }

    public static bool IsAbsolutePath(string path) => Path.IsPathFullyQualified(path) && !path.Contains('\0');

    public static VolumeRecord Volume(Backend backend, string volumeId) =>
        backend.Volumes.Find(Required(volumeId, "volume_id")) ?? throw Refuse.NoSuchVolume(volumeId);

    /// <summary>A volume is reached from the one node it lies on.</summary>
    public static void LiesOn(VolumeRecord volume, string node)
    {
        if (volume.Node == node) return;
        throw Refuse.FailedPrecondition($"Volume {volume.Id} lies on node {volume.Node} and cannot be reached from {node}.");
    }

    /// <summary>A range whose parts are not negative and do not contradict each other; a missing range is (0, 0).</summary>
    public static (long Required, long Limit) Range(CapacityRange? range)
    {
        if (range is null) return (0, 0);
        if (range.RequiredBytes < 0 || range.LimitBytes < 0)
            throw Refuse.InvalidArgument("capacity_range contains a negative size.");
        if (range.RequiredBytes == 0 && range.LimitBytes == 0)
            throw Refuse.InvalidArgument("capacity_range sets neither required_bytes nor limit_bytes.");
        if (range.LimitBytes != 0 && range.LimitBytes < range.RequiredBytes)
        {
            throw Refuse.InvalidArgument(
                $"capacity_range has a limit of {range.LimitBytes} bytes below the required {range.RequiredBytes}.");
        }

        return (range.RequiredBytes, range.LimitBytes);
    }

    public static int MaxEntries(int maxEntries) =>
        maxEntries >= 0 ? maxEntries : throw Refuse.InvalidArgument("max_entries is negative.");
}
