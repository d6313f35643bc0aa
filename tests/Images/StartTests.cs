namespace Sidecars.Images.Tests;

/// <summary>Every program starts in its own image by the entry point, and in the shared one by its path.</summary>
internal sealed class StartTests
{
    [TestCaseSource(typeof(Shipped), nameof(Shipped.Programs))]
    public async Task Its_own_image_starts_it(string program)
    {
        using var image = await UnpackedImage.Of(program);
        await Helps(image.Start(["--help"]), program);
        if (program is "livenessprobe") return; // has no --version, as the original
        await using var container = image.Start(["--version"]);
        Assert.That(await container.Run.WaitForExit(), Is.Zero, string.Join('\n', container.Run.ErrorLines));
        var number = ImageArchive.Of(program).Configuration["config"]!["Labels"]!["org.opencontainers.image.version"];
        var commit = (await Shipped.Run("/bin/bash", "-c", "cd \"$0\" && . eng/programs.sh && source_commit", Shipped.Root)).Trim();
        Assert.That(container.Run.OutputLines[0], Is.EqualTo($"/{program} {number}{(commit is "" ? "" : $"+{commit[..12]}")}"), "after a commit eng/publish.sh and eng/images.sh have to run again");
    }

    [Test]
    public async Task The_shared_image_starts_each_by_its_path()
    {
        using var image = await UnpackedImage.Of(Shipped.Shared);
        foreach (var program in Shipped.Programs) await Helps(image.Start(Shipped.User, [$"/{program}", "--help"]), program);
    }

    private static async Task Helps(Container started, string program)
    {
        await using var container = started;
        Assert.That(await container.Run.WaitForExit(), Is.Zero);
        Assert.That(string.Join('\n', container.Run.ErrorLines.Concat(container.Run.OutputLines)), Does.Contain(program).And.Contain("-http-endpoint"));
    }
}
