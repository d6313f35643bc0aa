namespace Sidecars.Charts.Tests;

/// <summary>
/// Templates that snapshot-controller has in common with the library. It does not depend on the library, whose pod has a driver, and names of
/// templates are global in a release; so it has copies with a prefix of its own.
/// </summary>
internal sealed class SharedTemplates
{
    private static readonly string[] s_files = ["_flags.tpl", "_image.tpl", "_spread.tpl"];

    [TestCaseSource(nameof(s_files))]
    public void The_copy_is_the_source_but_for_the_prefix(string file) => Assert.That(File.ReadAllText(Copy(file)), Is.EqualTo(Wanted(file)), "run eng/charts.sh");

    public static void Rewrite()
    {
        foreach (var file in s_files) File.WriteAllText(Copy(file), Wanted(file));
    }

    private static string Copy(string file) => Path.Combine(Repository.Chart("snapshot-controller"), "templates", file);

    private static string Wanted(string file) => File.ReadAllText(Path.Combine(Repository.Chart("csi-sidecars"), "templates", file))
        .Replace("csi-sidecars.v1.internal.", "snapshot-controller.internal.", StringComparison.Ordinal);
}
