using System.Net.Sockets;
using Sidecars.Csi;
using Sidecars.Hosting.Files;
using Sidecars.NodeDriverRegistrar.Registration;
using Sidecars.Tests.Support;

namespace Sidecars.NodeDriverRegistrar.Tests.Registration;

/// <summary>The file in the kubelet's directory (registrar contract 3 step 9 and 10, 5, 11).</summary>
internal sealed class RegistrationSocketTests
{
    private const UnixFileMode OwnerAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly TemporaryDirectory _directory = new();
    private RegistrationSocket _socket = null!;

    private string Path => _directory.File("d-reg.sock");

    [SetUp]
    public void Begin() => _socket = new RegistrationSocket(Path);

    [TearDown]
    public void End()
    {
        _socket.Dispose();
        _directory.Dispose();
    }

    [Test]
    public void It_is_its_owners_alone_and_other_files_are_as_before()
    {
        var before = ModeOfNewFile("before");
        Assert.That(_socket.Open(), Is.Null);
        Assert.That(File.GetUnixFileMode(Path), Is.EqualTo(OwnerAll));
        Assert.That(ModeOfNewFile("after"), Is.EqualTo(before));
    }

    [Test]
    public void Where_nothing_is_there_nothing_is_removed()
    {
        Assert.That(_socket.RemoveStale(), Is.Null);
        using var elsewhere = new RegistrationSocket(System.IO.Path.Combine(_directory.Path, "none", "d-reg.sock"));
        Assert.That(elsewhere.RemoveStale(), Is.Null);
    }

    [TestCase(true)]
    [TestCase(false)]
    public void A_socket_in_the_way_is_removed_whether_or_not_somebody_listens(bool isLive)
    {
        using var other = new RegistrationSocket(Path);
        Assert.That(other.Open(), Is.Null);
        if (!isLive) other.Close();
        Assert.That(KindOf(Path), Is.EqualTo(FileKind.Socket), "closing must not remove it");
        Assert.That(_socket.RemoveStale(), Is.Null);
        Assert.That(KindOf(Path), Is.EqualTo(FileKind.Missing));
        Assert.That(_socket.Open(), Is.Null);
    }

    [Test]
    public void A_file_that_is_no_socket_is_left_alone()
    {
        File.WriteAllText(Path, "precious");
        Assert.That(_socket.RemoveStale(), Does.Contain("it's not a socket"));
        Assert.That(_socket.Open(), Does.Contain("something is there that is not a socket"));
        Assert.That(File.ReadAllText(Path), Is.EqualTo("precious"));
    }

    [Test]
    public void A_link_that_leads_nowhere_counts_as_nothing_and_cannot_be_listened_on()
    {
        File.CreateSymbolicLink(Path, _directory.File("nowhere"));
        Assert.That(_socket.RemoveStale(), Is.Null);
        Assert.That(_socket.Open(), Does.Contain(Path).And.Contains("symbolic link that leads nowhere"));
    }

    [Test]
    public void A_missing_directory_is_named_with_what_to_do()
    {
        using var elsewhere = new RegistrationSocket(System.IO.Path.Combine(_directory.Path, "none", "d-reg.sock"));
        Assert.That(elsewhere.Open(), Does.Contain("none does not exist").And.Contains("--plugin-registration-path"));
    }

    [TestCase(CsiAddress.LongestPath, true)]
    [TestCase(CsiAddress.LongestPath + 1, false)]
    public void The_longest_path_is_the_systems(int length, bool isUsable)
    {
        var path = _directory.File("p").PadRight(length, 'p');
        using var socket = new RegistrationSocket(path);
        Assert.That(socket.Open(), isUsable ? Is.Null : Does.Contain("108 octets and that of a Unix socket at most 107"));
    }

    [Test]
    public void Its_own_file_is_removed_at_the_end_and_one_that_is_gone_is_fine()
    {
        Assert.That(_socket.Open(), Is.Null);
        Assert.That(_socket.RemoveOwn(), Is.Null);
        Assert.That(KindOf(Path), Is.EqualTo(FileKind.Missing));
        Assert.That(_socket.RemoveOwn(), Is.Null);
    }

    [Test]
    public void Its_own_file_is_known_with_another_owner_or_mode()
    {
        Assert.That(_socket.Open(), Is.Null);
        File.SetUnixFileMode(Path, OwnerAll | UnixFileMode.GroupWrite);
        Assert.That(_socket.RemoveOwn(), Is.Null);
        Assert.That(KindOf(Path), Is.EqualTo(FileKind.Missing));
    }

    [Test]
    public void Anothers_socket_is_not_removed_at_the_end()
    {
        Assert.That(_socket.Open(), Is.Null);
        using var other = new RegistrationSocket(Path);
        Assert.That(other.RemoveStale(), Is.Null);
        Assert.That(other.Open(), Is.Null);
        Assert.That(_socket.RemoveOwn(), Is.Null);
        _socket.Close();
        Assert.That(KindOf(Path), Is.EqualTo(FileKind.Socket));
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        Assert.That(() => client.Connect(new UnixDomainSocketEndPoint(Path)), Throws.Nothing);
    }

    private UnixFileMode ModeOfNewFile(string name)
    {
        File.WriteAllText(_directory.File(name), "");
        return File.GetUnixFileMode(_directory.File(name));
    }

    private static FileKind? KindOf(string path) => FileIdentity.Read(path, out _)?.Kind;
}
