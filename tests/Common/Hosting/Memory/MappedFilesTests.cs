using Sidecars.Hosting.Memory;

namespace Sidecars.Hosting.Tests.Memory;

internal sealed class MappedFilesTests
{
    [TestCase("1000-3000 r-xp 00000000 fd:01 12 /usr/bin/program", "0 kB", true, TestName = "Code")]
    [TestCase("1000-3000 r--p 00000000 fd:01 12 /a path/with spaces (deleted)", "0 kB", true, TestName = "Constants")]
    [TestCase("1000-3000 r--p 00000000 fd:01 12 /usr/bin/program", "4 kB", false, TestName = "What the loader wrote to before it was protected")]
    [TestCase("1000-3000 rw-p 00000000 fd:01 12 /usr/bin/program", "0 kB", false, TestName = "What may be written to")]
    [TestCase("1000-3000 r--s 00000000 fd:01 12 /dev/shm/shared", "0 kB", false, TestName = "What is shared")]
    [TestCase("1000-3000 r--p 00000000 00:00 0", "0 kB", false, TestName = "Memory of no file")]
    [TestCase("1000-3000 r-xp 00000000 00:00 0 [vdso]", "0 kB", false, TestName = "What the kernel lends")]
    [TestCase("1000-3000 ---p 00000000 fd:01 12 /usr/bin/program", "0 kB", false, TestName = "A gap")]
    public void Let_go_of_is_what_is_only_a_copy_of_a_file(string header, string own, bool isLetGo)
    {
        var found = MappedFiles.Clean([header, "Size:                  8 kB", "Rss:                   8 kB", $"Anonymous:             {own}", "VmFlags: rd mr mw me"]);
        Assert.That(found, isLetGo ? Is.EqualTo(new[] { ((nint)0x1000, (nint)0x2000) }) : Is.Empty);
    }

    [Test]
    public void Each_mapping_is_judged_by_its_own_lines() => Assert.That(
        MappedFiles.Clean(
        [
            "1000-2000 r-xp 00000000 fd:01 12 /lib/one", "Anonymous: 4 kB",
            "2000-4000 r-xp 00001000 fd:01 12 /lib/two", "Anonymous: 0 kB",
            "4000-5000 rw-p 00003000 fd:01 12 /lib/two", "Anonymous: 0 kB",
            "5000-6000 r--p 00003000 fd:01 12 /lib/cut",
        ]),
        Is.EqualTo(new[] { ((nint)0x2000, (nint)0x2000) }));

    [Test]
    public void This_process_works_on_with_fewer_pages()
    {
        var before = ResidentOfFiles();
        MappedFiles.GiveBack();
        Assert.That(ResidentOfFiles(), Is.LessThan(before));
    }

    private static int ResidentOfFiles() =>
        int.Parse(File.ReadLines("/proc/self/status").Single(line => line.StartsWith("RssFile:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2]);
}
