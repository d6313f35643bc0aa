using Sidecars.Tests.Support;

namespace Sidecars.Playground.Tests.Script;

/// <summary>
/// eng/playground.sh on a clean clone without a .NET SDK: whatever it answers there, nothing was built for it. What it refuses and how is what the
/// program refuses, because both read their flags from one text.
/// </summary>
internal sealed class ScriptTests
{
    private static readonly TimeSpan s_atOnce = TimeSpan.FromSeconds(5); // a second, and room for a loaded machine

    private TemporaryDirectory _clone = null!;

    [SetUp]
    public void MakeClone()
    {
        _clone = new TemporaryDirectory();
        var repository = HelmProgram.Repository();
        foreach (var file in (string[])["eng/playground.sh", "eng/prerequisites.sh", "src/Playground/Usage.txt"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_clone.File(file))!);
            File.Copy(Path.Combine(repository, file), _clone.File(file));
        }

        Directory.CreateDirectory(_clone.File("bin"));
        foreach (var tool in (string[])["bash", "dirname", "awk", "cat", "env"]) File.CreateSymbolicLink(_clone.File($"bin/{tool}"), Find(tool));
    }

    [TearDown]
    public void RemoveClone() => _clone.Dispose();

    [TestCase("--help")]
    [TestCase("-h")]
    [TestCase("--once", "--help")]
    public async Task Help_is_there_at_once(params string[] arguments)
    {
        await using var script = Start(arguments);
        Assert.That(await script.WaitForExit(s_atOnce), Is.Zero);
        Assert.That(string.Join('\n', script.OutputLines), Is.EqualTo(PlaygroundFlags.Usage.TrimEnd()));
    }

    [TestCase("--nonsense")]
    [TestCase("--once=true")]
    [TestCase("words")]
    [TestCase("-f")]
    [TestCase("--once", "--keep-dir")]
    [TestCase("-f", "a.yaml", "b.yaml")]
    [TestCase("--nobody-args=--v=9")]
    [TestCase("--SIDECAR-args", "x")]
    public async Task What_the_program_would_refuse_is_refused_in_its_words_before_anything_is_built(params string[] arguments)
    {
        await using var script = Start(arguments);
        Assert.That(await script.WaitForExit(s_atOnce), Is.EqualTo(2));
        Assert.That(script.ErrorLines, Is.EqualTo((string[])[PlaygroundFlags.Parse(arguments).Error, "eng/playground.sh --help lists the arguments."]));
    }

    [TestCase("--once", "--timeout=2m", "-f", "a.yaml", "-f=b.yaml", "--chart", "v", "--csi-address", "/s", "--keep-dir=/d", "--programs", "/p", "-v", "3")]
    [TestCase("--provisioner-args=--v=9", "--cluster-driver-registrar-args", "--v=3", "--native")]
    public async Task What_the_program_takes_comes_to_the_point_where_the_SDK_is_missing(params string[] arguments)
    {
        await using var script = Start(arguments);
        Assert.That(await script.WaitForExit(s_atOnce), Is.EqualTo(3));
        Assert.That(script.ErrorLines, Is.EqualTo((string[])["missing: the .NET SDK of global.json (dotnet on the PATH)"]));
    }

    private PublishedProgram Start(string[] arguments) => PublishedProgram.StartFile(
        "/usr/bin/env", ["-i", $"PATH={_clone.File("bin")}", _clone.File("bin/bash"), _clone.File("eng/playground.sh"), .. arguments]);

    private static string Find(string tool) => ((string[])["/usr/bin", "/bin"]).Select(folder => Path.Combine(folder, tool)).First(File.Exists);
}
