namespace Sidecars.Documentation.Tests;

/// <summary>Where the pages and the sources lie.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>The text of a file, by its path in the repository.</summary>
    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    /// <summary>The C# files of the programs; what they are tried with (cluster, driver, playground) is not among them.</summary>
    public static IEnumerable<string> ShippedSources() => Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.cs", SearchOption.AllDirectories)
        .Where(path => Path.GetRelativePath(Root, path).Split('/')[1] is not ("EmbeddedCluster" or "HostPathDriver" or "Playground"));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Sidecars.sln"))) return folder.FullName;
        throw new DirectoryNotFoundException($"no folder above {AppContext.BaseDirectory} has a Sidecars.sln");
    }
}
