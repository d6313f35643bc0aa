using Sidecars.Hosting.Files;
using Sidecars.Hosting.Http2;
using Sidecars.NodeDriverRegistrar.Tests.Http2;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Http2;

namespace Sidecars.NodeDriverRegistrar.Tests.Program;

/// <summary>The published program as a kubelet and a container runtime see it (registrar contract 4, 7, 8 and 12).</summary>
internal sealed class RegistrationTests
{
    private ProcessRig _rig = null!;

    [SetUp]
    public async Task Begin() => _rig = await ProcessRig.PrepareWithDriverAsync();

    [TearDown]
    public async Task End()
    {
        if (TestContext.CurrentContext.Result.FailCount > 0) await TestContext.Out.WriteLineAsync(string.Join('\n', _rig.Output));
        await _rig.DisposeAsync();
    }

    [Test]
    public async Task The_kubelet_registers_the_driver()
    {
        var program = await _rig.StartServing("-v=4");
        Assert.That(File.GetUnixFileMode(_rig.Path), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
        using (var kubelet = await Kubelet.ConnectAsync(_rig.Path))
        {
            var info = await kubelet.GetInfo();
            Assert.That(info.Type, Is.EqualTo("CSIPlugin"));
            Assert.That(info.Name, Is.EqualTo(ProcessRig.Driver));
            Assert.That(info.Endpoint, Is.EqualTo(ProcessRig.Endpoint));
            Assert.That(info.SupportedVersions, Is.EqualTo((string[])["1.0.0"]));
            Assert.That((await kubelet.Notify(true)).CalculateSize(), Is.Zero);
            Assert.That((await kubelet.Notify(true, "does not matter")).CalculateSize(), Is.Zero);
        }
        await program.WaitForErrorLine(line => line.Contains("has registered the driver", StringComparison.Ordinal));
        using var restarted = await Kubelet.ConnectAsync(_rig.Path);
        Assert.That((await restarted.GetInfo()).Name, Is.EqualTo(ProcessRig.Driver));
        Assert.That(program.HasExited, Is.False);
    }

    [Test]
    public async Task A_raw_client_with_the_kubelets_authority_is_answered_by_the_published_program()
    {
        await _rig.StartServing();
        using var client = await RawClient.ConnectAsync(_rig.Path);
        await client.Send(Frames.Headers(1, Calls.Request(Calls.GetInfo, "%2Fvar%2Flib%2Fkubelet%2Fplugins_registry%2Fx-reg.sock")), Frames.Data(1, Frames.EmptyMessage));
        Assert.That((await client.Answer(1)).Info.Name, Is.EqualTo(ProcessRig.Driver));
    }

    [Test]
    public async Task A_refusal_is_answered_told_with_its_likely_cause_and_ends_it_with_1_and_the_next_run_cleans_up()
    {
        var program = await _rig.StartServing();
        using (var kubelet = await Kubelet.ConnectAsync(_rig.Path)) await kubelet.Notify(false, "boom: no such file or directory");
        Assert.That(await program.WaitForExit(), Is.EqualTo(1));
        var line = program.ErrorLines.Single(l => l.Contains("boom", StringComparison.Ordinal));
        Assert.That(line, Does.Contain("--root-dir").And.Contains(ProcessRig.Endpoint));
        Assert.That(FileIdentity.Read(_rig.Path, out _)!.Value.Kind, Is.EqualTo(FileKind.Socket), "the socket stays");

        await _rig.StartServing();
        using var again = await Kubelet.ConnectAsync(_rig.Path);
        Assert.That((await again.GetInfo()).Name, Is.EqualTo(ProcessRig.Driver));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_signal_removes_the_socket_and_ends_it_with_0(bool isTerm)
    {
        var program = await _rig.StartServing();
        if (isTerm) program.Terminate();
        else program.Interrupt();
        Assert.That(await program.WaitForExit(), Is.Zero);
        Assert.That(File.Exists(_rig.Path), Is.False);
    }

    [Test]
    public async Task A_second_signal_while_answers_are_waited_for_changes_nothing()
    {
        var program = await _rig.StartServing();
        using var client = await RawClient.ConnectAsync(_rig.Path);
        await client.Send(Frames.Headers(1, Calls.Request(Calls.GetInfo)), Frames.Of(FrameType.Ping, 0, 0, new byte[8]));
        await client.NextOf(FrameType.Ping);
        program.Terminate();
        await client.NextOf(FrameType.GoAway);
        program.Terminate();
        Assert.That(await program.WaitForExit(), Is.Zero);
        Assert.That(File.Exists(_rig.Path), Is.False);
    }

    [Test]
    public async Task A_signal_after_the_socket_was_removed_ends_it_with_0()
    {
        var program = await _rig.StartServing();
        File.Delete(_rig.Path);
        program.Terminate();
        Assert.That(await program.WaitForExit(), Is.Zero);
    }

    [Test]
    public async Task A_signal_whose_removal_of_the_socket_fails_ends_it_with_1()
    {
        var program = _rig.StartAsNobody((UnixFileMode)0x1FF);
        await ProcessRig.Serving(program);
        File.SetUnixFileMode(_rig.Directory, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        program.Terminate();
        Assert.That(await program.WaitForExit(), Is.EqualTo(1));
        Assert.That(program.ErrorLines, Has.Some.Contains($"cannot remove the registration socket {_rig.Path}"));
        Assert.That(File.Exists(_rig.Path));
    }

    [Test]
    public async Task A_refusal_of_several_lines_is_told_in_one()
    {
        var program = await _rig.StartServing();
        using (var kubelet = await Kubelet.ConnectAsync(_rig.Path)) await kubelet.Notify(false, "boom:\n\tfirst\r\nsecond");
        Assert.That(await program.WaitForExit(), Is.EqualTo(1));
        Assert.That(program.ErrorLines, Has.Exactly(1).Contains("boom: ").And.Exactly(1).Contains("second").And.Some.Match("boom: .*first second.*likelyCause"));
    }

    [Test]
    public async Task A_refusal_with_a_very_long_reason_is_one_and_its_beginning_is_told()
    {
        var program = await _rig.StartServing();
        using (var kubelet = await Kubelet.ConnectAsync(_rig.Path)) await kubelet.Notify(false, "boom: " + new string('x', 3_000_000));
        Assert.That(await program.WaitForExit(), Is.EqualTo(1));
        Assert.That(program.ErrorLines.Single(l => l.Contains("boom", StringComparison.Ordinal)), Has.Length.LessThan(10_000).And.Contains("(3000006 characters)"));
    }

    [Test]
    public async Task Out_of_descriptors_clients_wait_and_the_socket_is_served_again_when_there_are_some()
    {
        var program = await _rig.StartServing();
        program.LimitDescriptors(3);
        var kubelet = Kubelet.ConnectAsync(_rig.Path);
        await program.WaitForErrorLine(line => line.Contains("Could not accept a client, trying again", StringComparison.Ordinal));
        program.LimitDescriptors(1000);
        using var connected = await kubelet;
        Assert.That((await connected.GetInfo()).Name, Is.EqualTo(ProcessRig.Driver));
    }

    [Test]
    public async Task Thousands_of_clients_leave_nothing_behind()
    {
        var program = await _rig.StartServing();
        await ProcessFacts.LeaveNothingBehind(program.Id, mostKilobytes: 160, () => Come(2000));

        async Task Come(int count)
        {
            for (var i = 0; i < count; i++)
            {
                using var client = await RawClient.ConnectAsync(_rig.Path);
                await client.Send(Calls.Call(1));
                if (i % 2 is 0) Assert.That((await client.Answer(1)).Status, Is.EqualTo("0")); // every other one leaves without its answer
            }
        }
    }

    [Test]
    public async Task A_silent_client_does_not_hold_up_the_end()
    {
        var program = await _rig.StartServing();
        using var client = await RawClient.ConnectAsync(_rig.Path);
        await client.Send(Frames.Headers(1, Calls.Request(Calls.GetInfo)), Frames.Of(FrameType.Ping, 0, 0, new byte[8]));
        await client.NextOf(FrameType.Ping); // the call is begun
        program.Terminate();
        Assert.That(await program.WaitForExit(), Is.Zero);
        Assert.That(program.ErrorLines, Has.Some.Contains("did not take their answers in time"));
    }

    [Test]
    public async Task Killed_it_leaves_its_socket_and_the_next_run_replaces_it()
    {
        var program = await _rig.StartServing();
        program.Kill();
        await program.WaitForExit();
        Assert.That(FileIdentity.Read(_rig.Path, out _)!.Value.Kind, Is.EqualTo(FileKind.Socket));
        await _rig.StartServing();
        using var kubelet = await Kubelet.ConnectAsync(_rig.Path);
        Assert.That((await kubelet.GetInfo()).Name, Is.EqualTo(ProcessRig.Driver));
    }

    [Test]
    public async Task A_second_registrar_takes_the_path_over_and_the_end_of_the_first_does_not_take_it_away()
    {
        var first = await _rig.StartServing();
        await _rig.StartServing();
        first.Terminate();
        Assert.That(await first.WaitForExit(), Is.Zero);
        using var kubelet = await Kubelet.ConnectAsync(_rig.Path);
        Assert.That((await kubelet.GetInfo()).Name, Is.EqualTo(ProcessRig.Driver));
    }

    [Test]
    public async Task It_holds_no_connection_to_the_driver_and_does_not_need_it_any_more()
    {
        var program = await _rig.StartServing();
        Assert.That(_rig.Csi.Connections, Is.EqualTo(1));
        Assert.That(SocketsOf(program.Id), Is.EqualTo(1), "only the registration socket itself");
        await _rig.Csi.StopAsync();
        using var kubelet = await Kubelet.ConnectAsync(_rig.Path);
        Assert.That((await kubelet.GetInfo()).Name, Is.EqualTo(ProcessRig.Driver));
        Assert.That(program.ErrorLines, Has.None.Contains("Lost connection"));
    }

    [Test]
    public async Task Its_mask_for_new_files_stays_what_it_was()
    {
        var program = await _rig.StartServing();
        Assert.That(UmaskOf(program.Id), Is.EqualTo(UmaskOf(Environment.ProcessId)));
    }

    [Test]
    public async Task Garbage_on_the_socket_does_not_end_it()
    {
        var program = await _rig.StartServing();
        using (var garbage = await RawClient.ConnectSilentlyAsync(_rig.Path))
        {
            await garbage.Send([.. Enumerable.Range(0, 5000).Select(i => (byte)(i * 7))]);
            Assert.That(await garbage.End(), Is.Not.Null);
        }
        await program.WaitForErrorLine(line => line.Contains("broke the protocol", StringComparison.Ordinal));
        using var kubelet = await Kubelet.ConnectAsync(_rig.Path);
        Assert.That((await kubelet.GetInfo()).Name, Is.EqualTo(ProcessRig.Driver));
    }

    private static int SocketsOf(int process) => Directory.EnumerateFileSystemEntries($"/proc/{process}/fd")
        .Count(file => new FileInfo(file).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) is true);

    private static string UmaskOf(int process) =>
        File.ReadLines($"/proc/{process}/status").Single(line => line.StartsWith("Umask:", StringComparison.Ordinal));
}
