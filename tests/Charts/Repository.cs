namespace Sidecars.Charts.Tests;

/// <summary>Where things lie in the repository.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Chart(string name) => Path.Combine(Root, "charts", name);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Sidecars.sln"))) return folder.FullName;
        throw new InvalidOperationException($"{AppContext.BaseDirectory} is not inside the repository");
    }
}
