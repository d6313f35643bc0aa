using System.Globalization;
using System.Runtime.InteropServices;

namespace Sidecars.Hosting.Memory;

/// <summary>
/// The pages of program and libraries that are mapped into this process. The start runs through most of a program once, and what it touched
/// counts as resident for good, although hardly any of it is needed again: a third of what an idle program seems to take. Given back, a page stays in the
/// system's cache for as long as there is room, and whoever needs it again finds it there within a microsecond.
/// </summary>
public static partial class MappedFiles
{
    private const string Maps = "/proc/self/smaps";
    private const int DontNeed = 4; // MADV_DONTNEED

    /// <summary>Lets go of every page that is only a copy of a file. Where the system does not tell which these are, nothing happens.</summary>
    public static void GiveBack()
    {
        try
        {
            foreach (var (start, length) in Clean(File.ReadLines(Maps))) _ = Advise(start, length, DontNeed);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A system without it, or one that forbids it, keeps its pages.
        }
    }

    /// <summary>
    /// The mappings that may be let go of: of a file, not writable, and without one page of the process's own. The last is what matters: a page that the
    /// loader has written to and then protected is nowhere else.
    /// </summary>
    internal static IEnumerable<(nint Start, nint Length)> Clean(IEnumerable<string> smaps)
    {
        (nint Start, nint Length)? candidate = null;
        foreach (var line in smaps)
        {
            if (Header(line) is { } header) candidate = header.IsCandidate ? (header.Start, header.Length) : null;
            else if (candidate is { } clean && line.StartsWith("Anonymous:", StringComparison.Ordinal))
            {
                candidate = null;
                if (line.AsSpan("Anonymous:".Length).Trim().SequenceEqual("0 kB")) yield return clean;
            }
        }
    }

    /// <summary>"7f0000000000-7f0000001000 r-xp 00000000 fd:01 1234 /path"; null for the lines between.</summary>
    private static (nint Start, nint Length, bool IsCandidate)? Header(string line)
    {
        var parts = line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries);
        if (parts is not [var range, var rights, _, _, ..] || range.EndsWith(':') || range.IndexOf('-', StringComparison.Ordinal) is not (> 0 and var dash)) return null;
        if (!Address(range.AsSpan(0, dash), out var start) || !Address(range.AsSpan(dash + 1), out var end)) return null;
        var isFile = parts is [_, _, _, _, _, ['/', ..]];
        return (start, end - start, isFile && rights is ['r', '-', _, 'p', ..]);
    }

    private static bool Address(ReadOnlySpan<char> text, out nint address) => nint.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out address);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint start, nint length, int advice);
}
