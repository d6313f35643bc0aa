using Sidecars.Hosting.Files;
using Sidecars.NodeDriverRegistrar.Health;
using Sidecars.NodeDriverRegistrar.Registration;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Http2;

namespace Sidecars.NodeDriverRegistrar.Tests.Registration;

/// <summary>The socket is there, is ours, and the kubelet has seen it.</summary>
internal sealed class RegistrationWatchTests
{
    private readonly ServerRig _rig = new();

    [TearDown]
    public async Task End() => await _rig.DisposeAsync();

    [Test]
    public async Task A_socket_that_vanished_is_made_anew_and_answers()
    {
        using var stop = new CancellationTokenSource();
        var watching = _rig.Watch.RunAsync(stop.Token);
        await Ask();
        File.Delete(_rig.Path);
        _rig.Time.Advance(RegistrationWatch.Period);
        await _rig.Log.WaitForLine(line => line.Contains("was gone and has been made anew", StringComparison.Ordinal));
        await Ask();
        await stop.CancelAsync();
        Assert.That(async () => await watching.WithinLimit(), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task A_socket_that_stands_and_takes_nobody_any_more_is_broken()
    {
        await Ask();
        Assert.That(_rig.Watch.Broken.IsCompleted, Is.False);
        using (new BrokenListener(_rig.Socket.Listener!))
        using (await RawPeer.ConnectAsync(_rig.Path))
            Assert.That(await _rig.Watch.Broken.WithinLimit(), Is.EqualTo($"cannot take clients on {_rig.Path} any more: Invalid argument"));
    }

    [Test]
    public void A_socket_nobody_asks_on_is_made_anew_ever_less_often()
    {
        List<double> moments = [];
        var file = _rig.File;
        for (var seconds = 10; seconds <= 1300; seconds += 10)
        {
            Tick();
            if (_rig.File == file) continue;
            file = _rig.File;
            moments.Add(seconds);
        }
        Assert.That(moments, Is.EqualTo((double[])[20, 60, 140, 300, 600, 900, 1200]));
        Assert.That(_rig.Log.Lines.Count(l => l.Contains("--plugin-registration-path", StringComparison.Ordinal)), Is.EqualTo(moments.Count));
    }

    [Test]
    public async Task A_socket_somebody_asked_on_stays()
    {
        await Ask();
        var file = _rig.File;
        for (var i = 0; i < 100; i++) Tick();
        Assert.That(_rig.File, Is.EqualTo(file));
    }

    [Test]
    public async Task The_kubelet_may_ask_on_a_later_socket()
    {
        for (var i = 0; i < 7; i++) Tick();
        await Ask();
        var file = _rig.File;
        for (var i = 0; i < 100; i++) Tick();
        Assert.That(_rig.File, Is.EqualTo(file));
    }

    [Test]
    public async Task A_registrars_health_check_does_not_count_as_the_kubelet_ours_or_anothers()
    {
        Assert.That(await _rig.Check.AskAsync(default).WithinLimit(), Is.EqualTo(HealthAnswer.Ok));
        var anothers = new SelfCheck(_rig.Path, "another.example.com", TestTimeouts.Limit, TimeProvider.System);
        Assert.That((await anothers.AskAsync(default).WithinLimit()).Text, Is.EqualTo($"invalid driver name {ServerRig.Driver}"));
        Assert.That(_rig.Service.Questions, Is.Zero);
        var file = _rig.File;
        Tick();
        Tick();
        Assert.That(_rig.File, Is.Not.EqualTo(file));
    }

    [Test]
    public void A_socket_that_cannot_be_made_anew_is_told_once_and_tried_ever_less_often()
    {
        var file = _rig.File;
        const UnixFileMode readOnly = (UnixFileMode)0x16D; // 0555
        foreach (var directory in (string[])[System.IO.Path.GetDirectoryName(_rig.Directory)!, _rig.Directory]) File.SetUnixFileMode(directory, readOnly);
        List<int> tries = [];
        for (var seconds = 10; seconds <= 150; seconds += 10)
        {
            using (new AsNobody()) Tick();
            if (_rig.Log.Lines.Count(l => l.Contains("has not asked who we are", StringComparison.Ordinal)) > tries.Count) tries.Add(seconds);
        }
        Assert.That(tries, Is.EqualTo((int[])[20, 60, 140]), () => string.Join('\n', _rig.Log.Lines));
        Assert.That(_rig.Log.Lines.Count(l => l.Contains("it cannot be made anew", StringComparison.Ordinal)), Is.EqualTo(1));
        Assert.That(_rig.File, Is.EqualTo(file));
        foreach (var directory in (string[])[_rig.Directory, System.IO.Path.GetDirectoryName(_rig.Directory)!])
            File.SetUnixFileMode(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Test]
    public async Task A_client_of_the_socket_before_goes_on_when_it_is_made_anew()
    {
        using var kubelet = await Kubelet.ConnectAsync(_rig.Path);
        // Accepted: without this the connection would still wait in the old listener.
        Assert.That(await _rig.Check.AskAsync(default).WithinLimit(), Is.EqualTo(HealthAnswer.Ok));
        Tick();
        Tick();
        Assert.That((await kubelet.GetInfo()).Name, Is.EqualTo(ServerRig.Driver));
    }

    [Test]
    public void The_socket_of_another_is_left_alone_and_told_once()
    {
        using var other = new RegistrationSocket(_rig.Path);
        Assert.That(other.RemoveStale() ?? other.Open(), Is.Null);
        var file = _rig.File;
        for (var i = 0; i < 10; i++) Tick();
        Assert.That(_rig.File, Is.EqualTo(file));
        Assert.That(_rig.Log.Lines.Count(l => l.Contains("second registrar", StringComparison.Ordinal)), Is.EqualTo(1));
    }

    [Test]
    public async Task A_file_in_its_place_is_left_alone_and_when_that_goes_the_socket_comes_back()
    {
        File.Delete(_rig.Path);
        File.WriteAllText(_rig.Path, "");
        Tick();
        Tick();
        Assert.That(_rig.File.Kind, Is.EqualTo(FileKind.Other));
        Assert.That(_rig.Log.Lines.Count(l => l.Contains("has taken its place", StringComparison.Ordinal)), Is.EqualTo(1));
        File.Delete(_rig.Path);
        Tick();
        await Ask();
    }

    [Test]
    public async Task Without_its_directory_it_is_tried_until_the_directory_is_back()
    {
        Directory.Delete(_rig.Directory, recursive: true);
        for (var i = 0; i < 5; i++) Tick();
        Assert.That(_rig.Log.Lines.Count(l => l.Contains("cannot be made anew", StringComparison.Ordinal)), Is.EqualTo(1));
        Directory.CreateDirectory(_rig.Directory);
        Tick();
        await Ask();
    }

    private void Tick()
    {
        _rig.Time.Advance(RegistrationWatch.Period);
        _rig.Watch.Look();
    }

    private async Task Ask()
    {
        using var kubelet = await Kubelet.ConnectAsync(_rig.Path);
        Assert.That((await kubelet.GetInfo()).Name, Is.EqualTo(ServerRig.Driver));
    }
}
