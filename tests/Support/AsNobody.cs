using System.Runtime.InteropServices;

namespace Sidecars.Tests.Support;

/// <summary>
/// As long as it lives, this thread may do with files what the user nobody may, also where the tests run as root. For code that stays on the
/// thread: nothing may be awaited meanwhile.
/// </summary>
public sealed partial class AsNobody : IDisposable
{
    private const int Nobody = 65534;

    private readonly int _before = SetFileUser(Nobody);

    public void Dispose() => _ = SetFileUser(_before);

    // Returns the user before, whether or not it could be changed; only root can, and others have nothing to lay down.
    [LibraryImport("libc", EntryPoint = "setfsuid")]
    private static partial int SetFileUser(int user);
}
