using Sidecars.Tests.Support;

namespace Sidecars.Images.Tests;

/// <summary>An image can be built again by somebody who wants to know what is in it.</summary>
internal sealed class ReproductionTests
{
    private const string Image = "csi-resizer";

    [Test]
    public async Task A_second_build_gives_the_same_bytes_whatever_the_machine_makes_of_new_files_times_and_words()
    {
        using var folder = new TemporaryDirectory();
        await Shipped.Run("/bin/bash", "-c", "cd / && umask 077 && TZ=Asia/Kathmandu LANG=C.UTF-8 \"$0\" --to \"$1\" \"$2\"", Path.Combine(Shipped.Root, "eng", "images.sh"), folder.Path, Image);
        foreach (var extension in (string[])[".tar", ".cdx.json"])
            Assert.That(await File.ReadAllBytesAsync(folder.File(Image + extension)), Is.EqualTo(await File.ReadAllBytesAsync(Shipped.FileOf(Image, extension))), extension);
    }

    [Test]
    public void Images_share_the_layers_of_what_they_share()
    {
        var all = ImageArchive.Of(Shipped.Shared);
        foreach (var program in Shipped.Programs)
            Assert.That(ImageArchive.Of(program).Layers, Is.SubsetOf(all.Layers), program);
    }
}
