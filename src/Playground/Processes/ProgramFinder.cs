namespace Sidecars.Playground;

/// <summary>
/// Where the programs are: in the directory the user names, published natively in the repository, as they were built there, or beside the
/// playground.
/// </summary>
internal static class ProgramFinder
{
    /// <summary>The path of the program.</summary>
    /// <exception cref="FileNotFoundException">It is nowhere; the message says where it was looked for and how to make it.</exception>
    public static string Find(string fileName, string? directory)
    {
        var places = directory is not null ? [directory] : DefaultPlaces().ToList();
        return places.SelectMany(place => Candidates(place, fileName)).FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException(
                $"The program {fileName} is in none of: {string.Join(", ", places)}. Build it with dotnet build, or publish it with eng/publish.sh {fileName}, "
                + "or say where it is with --programs.");
    }

    /// <summary>The program itself, or, in a directory of build outputs, that of its project.</summary>
    private static IEnumerable<string> Candidates(string place, string fileName)
    {
        yield return Path.GetFullPath(Path.Combine(place, fileName));
        if (!Directory.Exists(place)) yield break;
        foreach (var project in Directory.EnumerateDirectories(place)) yield return Path.GetFullPath(Path.Combine(project, "release", fileName));
    }

    private static IEnumerable<string> DefaultPlaces()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (!File.Exists(Path.Combine(folder.FullName, "Sidecars.sln"))) continue;
            yield return Path.Combine(folder.FullName, "artifacts", "native");
            yield return Path.Combine(folder.FullName, "artifacts", "bin");
            break;
        }

        yield return AppContext.BaseDirectory;
    }
}
