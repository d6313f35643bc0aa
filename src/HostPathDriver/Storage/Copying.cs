using System.Diagnostics;

namespace Sidecars.HostPathDriver.Storage;

/// <summary>
/// Copies the data of a volume or snapshot with <c>cp -a</c>, which keeps holes, owners, modes, links and special files, and shares
/// blocks where the filesystem can. A copy that fails or is cancelled leaves nothing behind.
/// </summary>
internal static class Copying
{
    /// <summary>Copies a file or a directory to a path that does not exist yet.</summary>
    /// <exception cref="IOException">cp failed; the message carries what it said.</exception>
    public static async Task Copy(string from, string to, CancellationToken stop)
    {
        var start = new ProcessStartInfo("cp") { RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in (ReadOnlySpan<string>)["-a", "--", from, to]) start.ArgumentList.Add(argument);
        using var cp = Process.Start(start) ?? throw new IOException("cp could not be started.");
        try
        {
            var said = await cp.StandardError.ReadToEndAsync(stop);
            await cp.WaitForExitAsync(stop);
            if (cp.ExitCode != 0) throw new IOException($"Copying {from} to {to} failed: cp ended with {cp.ExitCode}: {said.Trim()}");
        }
        catch
        {
            if (!cp.HasExited)
            {
                cp.Kill();
                await cp.WaitForExitAsync(CancellationToken.None);
            }

            DataDirectory.Delete(to);
            throw;
        }
    }
}
