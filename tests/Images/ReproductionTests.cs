using System.Reflection.Metadata;
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
            Assert.That(await File.ReadAllBytesAsync(folder.File(Image + extension)), Is.EqualTo(await File.ReadAllBytesAsync(Shipped.FileOf(Image, extension))), $"{extension}; after a commit eng/images.sh has to run again");
    }

    [Test]
    public void What_is_compiled_does_not_know_where_the_tree_lies()
    {
        var symbols = Directory.GetFiles(Path.Combine(Shipped.Root, "artifacts", "bin", "LivenessProbe", "release_linux-x64"), "*.pdb");
        Assert.That(symbols, Has.Length.GreaterThan(2), "the program and the common parts it stands on");
        foreach (var file in symbols)
        {
            using var provider = MetadataReaderProvider.FromPortablePdbStream(File.OpenRead(file));
            var reader = provider.GetMetadataReader();
            Assert.That(reader.Documents.Select(d => reader.GetString(reader.GetDocument(d).Name)), Is.Not.Empty.And.All.StartsWith("/_/"), file);
        }
    }

    [Test]
    public void Images_share_the_layers_of_what_they_share()
    {
        var all = ImageArchive.Of(Shipped.Shared);
        foreach (var program in Shipped.Programs)
            Assert.That(ImageArchive.Of(program).Layers, Is.SubsetOf(all.Layers), program);
    }
}
