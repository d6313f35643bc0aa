using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Http2;

namespace Sidecars.NodeDriverRegistrar.Tests.Program;

/// <summary>What the published program meets between its start and the registration (registrar contract 3, 11).</summary>
internal sealed class StartTests
{
    [Test]
    public async Task A_driver_that_comes_later_is_waited_for()
    {
        await using var rig = ProcessRig.Prepare();
        var program = rig.Start("-v=4");
        await program.WaitForErrorLine(line => line.Contains("Cannot connect yet", StringComparison.Ordinal));
        Assert.That(File.Exists(rig.Path), Is.False);
        await rig.Csi.StartAsync();
        await ProcessRig.Serving(program);
        using var kubelet = await Kubelet.ConnectAsync(rig.Path);
        Assert.That((await kubelet.GetInfo()).Name, Is.EqualTo(ProcessRig.Driver));
    }

    [Test]
    public async Task A_driver_that_never_comes_ends_it_after_half_a_minute_with_the_reason()
    {
        await using var rig = ProcessRig.Prepare();
        var program = rig.Start();
        Assert.That(await program.WaitForExit(2 * TestTimeouts.Limit), Is.EqualTo(1));
        var said = string.Join('\n', program.ErrorLines);
        Assert.That(said, Does.Contain("Still connecting").And.Contains("context deadline exceeded").And.Contains("nobody has created the socket yet"));
        Assert.That(Directory.EnumerateFiles(rig.Directory), Is.Empty);
    }

    [Test]
    public async Task A_driver_that_listens_and_does_not_serve_yet_has_the_time_of_connecting_and_not_that_of_a_call()
    {
        await using var rig = ProcessRig.Prepare();
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(rig.Csi.SocketPath));
        listener.Listen();
        var program = rig.Start("--timeout=1ms");
        using var driver = await RawPeer.AcceptAsync(listener);
        await driver.TakePreface();
        await program.WaitForErrorLine(line => line.Contains("Still connecting", StringComparison.Ordinal)); // after ten seconds
        await driver.Send(Frames.Settings());
        Assert.That(await program.WaitForExit(), Is.EqualTo(1));
        Assert.That(program.ErrorLines, Has.Some.Contains("for its name (GetPluginInfo): rpc error: code = DeadlineExceeded"), "from here on it is the call's");
    }

    [Test]
    public async Task Without_a_descriptor_for_the_socket_it_ends_with_1_and_says_so()
    {
        await using var rig = await ProcessRig.PrepareWithDriverAsync();
        using var gate = rig.Csi.Hold("GetPluginInfo");
        var program = rig.Start("--timeout=20s");
        await gate.Entered.WithinLimit();
        program.LimitDescriptors(3);
        gate.Release();
        Assert.That(await program.WaitForExit(), Is.EqualTo(1));
        Assert.That(program.ErrorLines, Has.Some.Contains($"cannot listen on {rig.Path}: Too many open files").And.Some.Contains("the process may not open more files"));
    }

    [Test]
    public async Task A_directory_that_may_not_be_written_to_ends_it_with_1()
    {
        await using var rig = await ProcessRig.PrepareWithDriverAsync();
        var program = rig.StartAsNobody(UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        Assert.That(await program.WaitForExit(), Is.EqualTo(1));
        Assert.That(program.ErrorLines, Has.Some.Contains($"cannot listen on {rig.Path}").And.Some.Contains("Permission denied; the directory").And.Some.Contains("must be the kubelet's plugins_registry"));
    }

    [TestCase("fails", "code = Internal")]
    [TestCase("hangs", "code = DeadlineExceeded")]
    [TestCase("nameless", "driver name is empty")]
    public async Task A_driver_that_does_not_tell_its_name_ends_it_and_no_socket_is_made(string fault, string reason)
    {
        await using var rig = await ProcessRig.PrepareWithDriverAsync();
        if (fault == "fails") rig.Csi.Answer("GetPluginInfo", DriverRule.Fail(StatusCode.Internal));
        if (fault == "nameless") rig.Csi.Answer("GetPluginInfo", DriverRule.Answer("""{"name":""}"""));
        using var gate = fault == "hangs" ? rig.Csi.Hold("GetPluginInfo") : null;
        var program = rig.Start(fault == "hangs" ? "--timeout=200ms" : "--timeout=20s");
        Assert.That(await program.WaitForExit(), Is.EqualTo(1));
        Assert.That(string.Join('\n', program.ErrorLines), Does.Contain(reason));
        Assert.That(Directory.EnumerateFiles(rig.Directory), Is.Empty);
        Assert.That(rig.Csi.Calls.Of("GetPluginInfo"), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_driver_that_is_not_available_yet_behind_what_took_the_connection_is_waited_for()
    {
        await using var rig = await ProcessRig.PrepareWithDriverAsync();
        rig.Csi.AnswerBeforeIt(502, 503);
        rig.Csi.Answer("GetPluginInfo", DriverRule.Fail(StatusCode.Unavailable, "no healthy upstream"), DriverRule.Default);
        var program = await rig.StartServing();
        foreach (var said in (string[])["502", "503", "no healthy upstream"])
            Assert.That(program.ErrorLines, Has.Some.Contains("The driver is not available yet, asking again").And.Contains(said));
        using var kubelet = await Kubelet.ConnectAsync(rig.Path);
        Assert.That((await kubelet.GetInfo()).Name, Is.EqualTo(ProcessRig.Driver));
    }

    [TestCaseSource(typeof(LongWords), nameof(LongWords.Ascii))]
    public async Task A_driver_that_says_very_much_instead_of_its_name_is_quoted_with_the_beginning_of_it(string words)
    {
        const int longestOutput = 10_000; // the words that are kept, and what else it says
        await using var rig = await ProcessRig.PrepareWithDriverAsync();
        rig.Csi.Answer("GetPluginInfo", DriverRule.Fail(StatusCode.Internal, words));
        var program = rig.Start("--timeout=20s");
        Assert.That(await program.WaitForExit(), Is.EqualTo(1));
        var said = string.Join('\n', program.ErrorLines).Replace("\n\t", "\n", StringComparison.Ordinal); // lines of a value are indented
        Assert.That(said, Does.Contain($"for its name (GetPluginInfo): rpc error: code = Internal desc = {words[..1000]}").And.Contains("characters more]"));
        Assert.That(said, Has.Length.LessThan(longestOutput));
    }

    [TestCase("a/b")]
    [TestCase("../../etc/x")]
    public async Task A_name_that_would_lead_out_of_the_directory_is_refused(string name)
    {
        await using var rig = await ProcessRig.PrepareWithDriverAsync(name);
        var program = rig.Start();
        Assert.That(await program.WaitForExit(), Is.EqualTo(1));
        Assert.That(program.ErrorLines, Has.Some.Contains("cannot be part of a file name"));
    }

    [Test]
    public async Task The_probe_mode_opens_nothing()
    {
        await using var rig = await ProcessRig.PrepareWithDriverAsync();
        Assert.That(await rig.Start("--mode=kubelet-registration-probe").WaitForExit(), Is.Zero);
        Assert.That(rig.Csi.Connections, Is.Zero);
        Assert.That(Directory.EnumerateFileSystemEntries(rig.Directory), Is.Empty);
    }

    [Test]
    public async Task Only_the_name_is_asked_for()
    {
        await using var rig = await ProcessRig.PrepareWithDriverAsync();
        await rig.StartServing();
        Assert.That(rig.Csi.Calls.Of("GetPluginInfo"), Has.Count.EqualTo(1));
        foreach (var method in (string[])["Probe", "GetPluginCapabilities", "NodeGetInfo", "NodeGetCapabilities"])
            Assert.That(rig.Csi.Calls.Of(method), Is.Empty);
    }

    [TestCase("missing", "does not exist")]
    [TestCase("under a file", "Not a directory")]
    [TestCase("/proc", "cannot listen on /proc/d.example.com-reg.sock")]
    [TestCase("file", "it's not a socket")]
    [TestCase("link", "symbolic link")]
    [TestCase("long", "at most 107")]
    public async Task A_place_where_no_socket_can_be_ends_it_with_the_reason(string place, string reason)
    {
        await using var rig = await ProcessRig.PrepareWithDriverAsync();
        var directory = place switch
        {
            "missing" => rig.Directory + "/none",
            "under a file" => rig.Path,
            "long" => Directory.CreateDirectory(Path.Combine(rig.Directory, new string('d', 107))).FullName,
            "/proc" => place,
            _ => rig.Directory,
        };
        if (place is "file" or "under a file") await File.WriteAllTextAsync(rig.Path, "precious");
        if (place == "link") File.CreateSymbolicLink(rig.Path, rig.Path + ".none");
        var program = rig.Start($"--plugin-registration-path={directory}");
        Assert.That(await program.WaitForExit(), Is.EqualTo(1));
        Assert.That(string.Join('\n', program.ErrorLines), Does.Contain(reason));
        if (place == "file") Assert.That(await File.ReadAllTextAsync(rig.Path), Is.EqualTo("precious"));
    }

    [TestCase("--http-endpoint=127.0.0.1:{0}")]
    [TestCase("--health-port={0}")]
    public async Task A_port_in_use_ends_it_before_the_kubelet_can_see_a_socket(string flag)
    {
        await using var rig = await ProcessRig.PrepareWithDriverAsync();
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var program = rig.Start(string.Format(System.Globalization.CultureInfo.InvariantCulture, flag, ((IPEndPoint)other.LocalEndpoint).Port));
        Assert.That(await program.WaitForExit(), Is.EqualTo(1));
        Assert.That(program.ErrorLines, Has.Some.Contains("uses the port, choose another"));
        Assert.That(File.Exists(rig.Path), Is.False);
    }

    [Test]
    public async Task Flags_of_older_releases_change_nothing()
    {
        await using var rig = await ProcessRig.PrepareWithDriverAsync();
        var program = await rig.StartServing("--mode=foo", "--connection-timeout=10s", "--enable-pprof", "--automaxprocs", "--health-port=-1");
        Assert.That(program.ErrorLines, Has.Some.Contains("--connection-timeout is deprecated"));
        Assert.That(program.ErrorLines, Has.One.Contains("--automaxprocs has no effect"));
        using var kubelet = await Kubelet.ConnectAsync(rig.Path);
        Assert.That((await kubelet.GetInfo()).Endpoint, Is.EqualTo(ProcessRig.Endpoint));
    }

    [Test]
    public async Task A_signal_before_there_is_anything_to_clean_up_ends_it_as_it_would_any_program()
    {
        await using var rig = ProcessRig.Prepare();
        var program = rig.Start("-v=4");
        await program.WaitForErrorLine(line => line.Contains("Cannot connect yet", StringComparison.Ordinal));
        program.Terminate();
        Assert.That(await program.WaitForExit(), Is.EqualTo(143));
    }
}
