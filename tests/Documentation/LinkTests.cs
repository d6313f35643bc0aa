namespace Sidecars.Documentation.Tests;

/// <summary>Every link from one page of the repository to another leads somewhere, to the heading if it names one.</summary>
internal sealed class LinkTests
{
    private static IEnumerable<string> Pages() => Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md")
        .Concat(Directory.EnumerateFiles(Repository.Root, "*.md")).Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "charts"), "*.md", SearchOption.AllDirectories))
        .Select(path => Path.GetRelativePath(Repository.Root, path)).Order(StringComparer.Ordinal);

    [TestCaseSource(nameof(Pages))]
    public void A_link_leads_somewhere(string page)
    {
        var folder = Path.GetDirectoryName(Path.Combine(Repository.Root, page))!;
        foreach (var link in Markdown.Links(Repository.Read(page)).Where(link => !link.Contains("://", StringComparison.Ordinal)))
        {
            var (path, anchor) = link.Split('#') is [var before, var after] ? (before, after) : (link, null);
            var target = path.Length is 0 ? Path.Combine(Repository.Root, page) : Path.GetFullPath(Path.Combine(folder, path));
            Assert.That(Path.Exists(target), $"{page}: {link}");
            if (anchor is not null) Assert.That(Markdown.Anchors(File.ReadAllText(target)), Does.Contain(anchor), $"{page}: {link}");
        }
    }

    [Test]
    public void There_are_pages_and_links() => Assert.That(Pages().SelectMany(page => Markdown.Links(Repository.Read(page))).Count(), Is.GreaterThan(40));
}
