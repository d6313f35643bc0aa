using Sidecars.Tests.Support;

namespace Sidecars.Playground.Tests;

/// <summary>Whatever is wrong with a file of the user's, its path is said.</summary>
internal sealed class GivenFilesTests
{
    private TemporaryDirectory _directory = null!;

    [SetUp]
    public void MakeDirectory()
    {
        _directory = new TemporaryDirectory();
        File.WriteAllText(_directory.File("file"), "# nothing\n");
        File.WriteAllText(_directory.File("broken.yaml"), "kind: [\n");
    }

    [TearDown]
    public void RemoveDirectory() => _directory.Dispose();

    [Test]
    public void What_is_wrong_is_said_with_the_path() => Assert.Multiple(() =>
    {
        var (file, missing, folder) = (_directory.File("file"), _directory.File("missing"), _directory.Path);
        Assert.That(Problem(new() { Files = [missing] }), Is.EqualTo($"-f {missing}: there is no such file."));
        Assert.That(Problem(new() { Files = [folder] }), Is.EqualTo($"-f {folder}: that is a directory; name its files."));
        Assert.That(Problem(new() { Files = [file] }), Is.EqualTo($"No object to apply is in {file}."));
        Assert.That(Problem(new() { Files = [_directory.File("broken.yaml")] }), Does.StartWith($"{_directory.File("broken.yaml")}, line "));
        Assert.That(Problem(new() { ChartValues = [missing] }), Is.EqualTo($"--chart {missing}: there is no such file."));
        Assert.That(Problem(new() { Programs = missing }), Is.EqualTo($"--programs {missing}: there is no such directory."));
        Assert.That(Problem(new() { KeepDirectory = file }), Is.EqualTo($"--keep-dir {file}: that is a file, not a directory."));
    });

    [Test]
    public void Without_files_of_the_user_s_and_with_a_directory_that_is_not_there_yet_all_is_well() =>
        Assert.That(Problem(new() { KeepDirectory = _directory.File("missing") }), Is.Null);

    [Test]
    public void A_directory_in_which_another_playground_works_is_named()
    {
        using var other = WorkingDirectory.Create(_directory.Path);
        Assert.That(() => WorkingDirectory.Create(_directory.Path), Throws.InstanceOf<IOException>().With.Message.StartsWith($"--keep-dir {_directory.Path}: another playground works in it"));
    }

    private static string? Problem(PlaygroundOptions options) => GivenFiles.Problem(options);
}
