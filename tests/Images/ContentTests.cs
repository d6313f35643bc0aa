using System.Formats.Tar;
using System.Security.Cryptography.X509Certificates;

namespace Sidecars.Images.Tests;

/// <summary>What is in an image, and what it says of itself.</summary>
[TestFixtureSource(typeof(Shipped), nameof(Shipped.Images))]
internal sealed class ContentTests(string image)
{
    private static readonly string[] s_base =
    [
        "etc/group", "etc/nsswitch.conf", "etc/os-release", "etc/passwd", "lib", "lib64",
        "usr/lib/os-release", "usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2", "usr/lib/x86_64-linux-gnu/libc.so.6", "usr/lib/x86_64-linux-gnu/libm.so.6",
        "usr/lib64/ld-linux-x86-64.so.2", "usr/share/doc/base-files/copyright", "usr/share/doc/libc6/copyright",
        "var/lib/dpkg/status.d/base-files", "var/lib/dpkg/status.d/libc6",
    ];

    private static readonly string[] s_tls =
    [
        "etc/ssl/certs/ca-certificates.crt", "usr/lib/x86_64-linux-gnu/libcrypto.so.3", "usr/lib/x86_64-linux-gnu/libssl.so.3",
        "usr/share/doc/ca-certificates/copyright", "usr/share/doc/libssl3/copyright", "var/lib/dpkg/status.d/ca-certificates", "var/lib/dpkg/status.d/libssl3",
    ];

    private readonly ImageArchive _archive = ImageArchive.Of(image);

    private IEnumerable<ImageArchive.Entry> Files => _archive.Entries.Where(e => e.Type is not TarEntryType.Directory);

    [Test]
    public void It_holds_the_programs_and_what_they_need_and_nothing_else()
    {
        var programs = Shipped.ProgramsOf(image);
        var needed = programs.Intersect(Shipped.ApiClients).Any() ? s_base.Concat(s_tls) : s_base;
        Assert.That(Files.Select(f => f.Name), Is.EquivalentTo(programs.Concat(needed)));
    }

    [Test]
    public void Its_programs_are_the_published_ones()
    {
        foreach (var program in Shipped.ProgramsOf(image))
            Assert.That(Files.Single(f => f.Name == program).Sum, Is.EqualTo(Shipped.SumOf(program)), program);
    }

    [Test]
    public void Nobody_but_root_could_change_it_and_it_knows_no_time()
    {
        const UnixFileMode forbidden = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite | UnixFileMode.SetUser | UnixFileMode.SetGroup;
        foreach (var entry in _archive.Entries)
        {
            Assert.That((entry.User, entry.Group, entry.Time), Is.EqualTo((0, 0, DateTimeOffset.UnixEpoch)), entry.Name);
            if (entry.Type is not TarEntryType.SymbolicLink) Assert.That(entry.Mode & forbidden, Is.EqualTo(UnixFileMode.None), entry.Name);
            Assert.That(entry.Mode.HasFlag(UnixFileMode.OtherRead), entry.Name);
        }
    }

    [Test]
    public void It_starts_its_program_as_a_user_without_rights_and_names_its_source()
    {
        var (own, labels) = (_archive.Configuration["config"]!, _archive.Configuration["config"]!["Labels"]!);
        Assert.Multiple(() =>
        {
            Assert.That(own["User"]!.GetValue<string>(), Is.EqualTo($"{Shipped.User}:{Shipped.User}"));
            Assert.That(own["Entrypoint"]?.ToJsonString(), Is.EqualTo(image is Shipped.Shared ? null : $"[\"/{image}\"]"));
            Assert.That(own["Env"]?.AsArray().Count ?? 0, Is.Zero);
            Assert.That($"{_archive.Configuration["os"]}/{_archive.Configuration["architecture"]}", Is.EqualTo("linux/amd64"));
            Assert.That(labels["org.opencontainers.image.title"]!.GetValue<string>(), Is.EqualTo(image));
            Assert.That(labels["org.opencontainers.image.version"]!.GetValue<string>(), Does.Match(@"^\d+\.\d+\.\d+$"));
            Assert.That(labels["org.opencontainers.image.revision"]!.GetValue<string>(), Does.Match("^[0-9a-f]{40}(-dirty)?$"));
        });
    }

    [Test]
    public void Its_digest_lies_beside_it() => Assert.That(File.ReadAllText(Shipped.FileOf(image, ".digest")), Is.EqualTo(_archive.Digest + "\n"));

    [Test]
    public void The_authorities_can_be_read()
    {
        var bundle = Files.SingleOrDefault(f => f.Name == "etc/ssl/certs/ca-certificates.crt");
        if (bundle is null)
        {
            Assert.That(Shipped.NodeSide, Does.Contain(image));
            return;
        }
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPem(bundle.Text);
        Assert.That(authorities, Has.Count.GreaterThan(100));
        Assert.That(authorities.Select(a => a.Thumbprint), Is.Unique);
    }
}
