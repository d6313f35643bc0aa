using System.Text.Json.Nodes;

namespace Sidecars.Images.Tests;

/// <summary>What lies beside an image and says what is in it.</summary>
internal sealed class BillOfMaterialsTests
{
    [TestCaseSource(typeof(Shipped), nameof(Shipped.Images))]
    public void It_names_each_of_Debians_packages_in_the_image_and_no_other(string image)
    {
        const string folder = "var/lib/dpkg/status.d/";
        var expected = ImageArchive.Of(image).Entries.Where(e => e.Name.StartsWith(folder, StringComparison.Ordinal)).Select(e =>
        {
            var version = e.Text.Split('\n').Single(l => l.StartsWith("Version: ", StringComparison.Ordinal))["Version: ".Length..];
            return $"{e.Name[folder.Length..]} {version}";
        });
        Assert.That(Components(image, "pkg:deb/debian/").Select(c => $"{c["name"]} {c["version"]}"), Is.EquivalentTo(expected));
    }

    [TestCaseSource(typeof(Shipped), nameof(Shipped.Images))]
    public void It_names_what_the_programs_were_built_with(string image)
    {
        var packages = Components(image, "pkg:nuget/").Select(c => c["name"]!.GetValue<string>()).ToList();
        var isClient = Shipped.ProgramsOf(image).Intersect(Shipped.ApiClients).Any();
        Assert.Multiple(() =>
        {
            Assert.That(packages, Does.Contain("Microsoft.NETCore.App.Runtime.NativeAOT.linux-x64"), "the runtime is part of a native program");
            Assert.That(packages, Does.Contain("Google.Protobuf"));
            Assert.That(packages.Contains("KubernetesClient.Aot"), Is.EqualTo(isClient));
            Assert.That(packages, Has.None.StartsWith("NUnit").And.None.EqualTo("Grpc.Tools"), "what only builds and tests them is not in them");
            Assert.That(packages, Is.Unique);
        });
    }

    [TestCaseSource(typeof(Shipped), nameof(Shipped.Images))]
    public void It_names_the_programs_with_their_sums(string image)
    {
        var programs = Bill(image)["components"]!.AsArray().Where(c => c!["type"]!.GetValue<string>() is "application");
        Assert.That(programs.Select(c => $"{c!["name"]} {c["hashes"]![0]!["content"]}"), Is.EquivalentTo(Shipped.ProgramsOf(image).Select(p => $"{p} {Shipped.SumOf(p)}")));
    }

    [TestCaseSource(typeof(Shipped), nameof(Shipped.Images))]
    public void It_points_at_nothing_that_it_does_not_name(string image)
    {
        var bill = Bill(image);
        var named = bill["components"]!.AsArray().Select(c => c!["bom-ref"]!.GetValue<string>()).ToList();
        Assert.That(named, Is.Unique);
        Assert.That(bill["metadata"]!["component"]!["name"]!.GetValue<string>(), Is.EqualTo(image));
        foreach (var dependency in bill["dependencies"]!.AsArray())
            Assert.That(named, Is.SupersetOf(dependency!["dependsOn"]?.AsArray().Select(d => d!.GetValue<string>()).Append(dependency["ref"]!.GetValue<string>()) ?? []));
    }

    private static JsonNode Bill(string image) => JsonNode.Parse(File.ReadAllText(Shipped.FileOf(image, ".cdx.json")))!;

    private static IEnumerable<JsonNode> Components(string image, string kind) => Bill(image)["components"]!.AsArray()
        .Where(c => c!["purl"]?.GetValue<string>().StartsWith(kind, StringComparison.Ordinal) is true).Select(c => c!);
}
