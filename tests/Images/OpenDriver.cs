using Sidecars.Tests.Support;

namespace Sidecars.Images.Tests;

/// <summary>A driver whose socket every user of this machine may use, as a driver's is that runs as the sidecars' user.</summary>
internal static class OpenDriver
{
    private const UnixFileMode All = (UnixFileMode)0x1FF; // 0777

    /// <summary>It listens at csi.sock in the folder.</summary>
    public static async Task<ScriptedDriver> Start(string folder)
    {
        var driver = await ScriptedDriver.StartNewAsync(new ScriptedDriverOptions { SocketPath = Path.Combine(folder, "csi.sock") });
        foreach (var path in (string[])[Path.GetDirectoryName(folder)!, folder, driver.SocketPath]) File.SetUnixFileMode(path, All);
        return driver;
    }
}
