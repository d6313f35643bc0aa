namespace Sidecars.Charts.Tests;

/// <summary>
/// A copy of the charts in which each lies beside the library it stands on, as <c>helm dependency build</c> would leave it. Made once for the run;
/// tests change nothing in it.
/// </summary>
[SetUpFixture]
internal sealed class Workspace
{
    /// <summary>Set to write what the tests would compare with: goldens, flag lists, shared templates.</summary>
    public const string RewriteVariable = "CHARTS_REWRITE";

    public static bool Rewrites => Environment.GetEnvironmentVariable(RewriteVariable) is { Length: > 0 };

    public static string Folder { get; private set; } = "";

    public static string Chart(string name) => Path.Combine(Folder, "charts", name);

    [OneTimeSetUp]
    public void Make()
    {
        Folder = Directory.CreateTempSubdirectory("charts").FullName;
        if (Rewrites)
        {
            SharedTemplates.Rewrite();
            FlagSchemaTests.Rewrite();
            ReadmeTests.Rewrite();
        }
        Copy(Path.Combine(Repository.Root, "charts"), Path.Combine(Folder, "charts"));
        foreach (var chart in (string[])["csi-driver", "examples/vendor"]) AddLibrary(Chart(chart));
    }

    [OneTimeTearDown]
    public void Remove() => Directory.Delete(Folder, recursive: true);

    /// <summary>Puts the library beside a chart that depends on it.</summary>
    public static void AddLibrary(string chart, string library = "csi-sidecars") =>
        Copy(Path.Combine(Repository.Root, "charts/csi-sidecars"), Path.Combine(chart, "charts", library));

    /// <summary>A chart of a test's own, which may be changed.</summary>
    public static string CopyOf(string chart, string name)
    {
        var copy = Path.Combine(Folder, "copies", name);
        Copy(Chart(chart), copy);
        return copy;
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        foreach (var folder in Directory.EnumerateDirectories(from))
            if (Path.GetFileName(folder) is not "charts" || !File.Exists(Path.Combine(from, "Chart.yaml"))) Copy(folder, Path.Combine(to, Path.GetFileName(folder)));
            else if (from.StartsWith(Folder, StringComparison.Ordinal)) Copy(folder, Path.Combine(to, "charts"));
    }
}
