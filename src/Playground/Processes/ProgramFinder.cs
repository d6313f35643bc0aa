namespace Sidecars.Playground;

/// <summary>Where the programs are: in the directory the user names, published in the repository, or beside the playground.</summary>
internal static class ProgramFinder
{
    /// <summary>The path of the program.</summary>
    /// <exception cref="FileNotFoundException">It is nowhere; the message says where it was looked for and how to make it.</exception>
    public static string Find(string fileName, string? directory)
    {
        var places = directory is not null ? [directory] : DefaultPlaces().ToList();
        return places.Select(place => Path.GetFullPath(Path.Combine(place, fileName))).FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException(
                $"The program {fileName} is in none of: {string.Join(", ", places)}. Publish it with eng/publish.sh {fileName}, "
                + "or say where it is with --programs.");
    }

    private static IEnumerable<string> DefaultPlaces()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (!File.Exists(Path.Combine(folder.FullName, "Sidecars.sln"))) continue;
            yield return Path.Combine(folder.FullName, "artifacts", "native");
            break;
        }

        yield return AppContext.BaseDirectory;
    }
}
