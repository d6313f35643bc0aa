namespace Sidecars.Playground;

/// <summary>
/// Looks at what the user's files are before anything is built or started: whether manifests can be read, whether values and programs are there. A
/// driver may still be on its way to its socket. What the cluster and Helm think of them is for them to say.
/// </summary>
internal static class GivenFiles
{
    /// <summary>What is wrong, with the path; null where nothing is.</summary>
    public static string? Problem(PlaygroundOptions options)
    {
        if (options.ChartValues.FirstOrDefault(file => !File.Exists(file)) is { } values) return $"--chart {values}: there is no such file.";
        if (options.Programs is { } programs && !Directory.Exists(programs)) return $"--programs {programs}: there is no such directory.";
        if (options.KeepDirectory is { } kept && File.Exists(kept)) return $"--keep-dir {kept}: that is a file, not a directory.";
        foreach (var file in options.Files)
        {
            if (Directory.Exists(file)) return $"-f {file}: that is a directory; name its files.";
            if (!File.Exists(file)) return $"-f {file}: there is no such file.";
        }

        try
        {
            _ = Manifests.Load(options.Files, Manifests.DriverPlaceholder);
            return null;
        }
        catch (Exception unreadable) when (unreadable is FormatException or IOException or UnauthorizedAccessException)
        {
            return unreadable.Message;
        }
    }
}
