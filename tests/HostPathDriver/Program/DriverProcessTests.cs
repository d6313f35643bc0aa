using Csi.V1;
using Sidecars.Tests.Support;
using static Sidecars.HostPathDriver.Tests.RunningDriver;

namespace Sidecars.HostPathDriver.Tests.Program;

/// <summary>The driver as what it is in the end: a process with flags, signals and an exit code.</summary>
internal sealed class DriverProcessTests
{
    private TemporaryDirectory _directory = null!;

    [SetUp]
    public void MakeDirectory() => _directory = new TemporaryDirectory();

    [TearDown]
    public void RemoveDirectory() => _directory.Dispose();

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_signal_stops_it_cleanly_and_its_volumes_are_there_when_it_comes_back(bool terminate)
    {
        string made;
        await using (var first = await Listening())
        {
            made = await CreateVolume();
            if (terminate) first.Terminate();
            else first.Interrupt();
            Assert.That(await first.WaitForExit(Limit), Is.Zero);
            Assert.That(File.Exists(Socket), Is.False);
        }

        await using var second = await Listening();
        Assert.That(await CreateVolume(), Is.EqualTo(made));
    }

    [Test]
    public async Task Killed_it_leaves_a_socket_that_its_successor_replaces_and_loses_nothing()
    {
        await using (await Listening()) await CreateVolume();
        Assert.That(File.Exists(Socket), "a killed process cannot clean up");
        var volumes = Directory.GetDirectories(_directory.File("state/volumes"));

        await using var second = await Listening();
        await CreateVolume();
        Assert.That(Directory.GetDirectories(_directory.File("state/volumes")), Is.EqualTo(volumes));
    }

    [Test]
    public async Task A_bad_flag_value_ends_it_with_2_and_one_clear_line()
    {
        await using var driver = Start("--capacity=much");
        Assert.That(await driver.WaitForExit(Limit), Is.EqualTo(2));
        Assert.That(driver.ErrorLines, Has.Count.EqualTo(1).And.One.Contains("--capacity"));
    }

    [Test]
    public async Task A_socket_in_use_ends_it_with_1_and_one_clear_line()
    {
        await using var first = await Listening();
        await CreateVolume();
        await using var second = Start($"--state-dir={_directory.File("other")}");
        Assert.That(await second.WaitForExit(Limit), Is.EqualTo(1));
        Assert.That(second.ErrorLines, Has.Count.EqualTo(1).And.One.Contains(Socket));
    }

    private string Socket => _directory.File("csi.sock");

    private PublishedProgram Start(params string[] more) => PublishedProgram.StartFile(
        Path.Combine(AppContext.BaseDirectory, "hostpath-driver"),
        [$"--endpoint=unix://{Socket}", $"--state-dir={_directory.File("state")}", "--node-id=node-1", .. more]);

    private async Task<PublishedProgram> Listening()
    {
        var driver = Start();
        try
        {
            await driver.WaitForErrorLine(line => line.Contains("Listening", StringComparison.Ordinal)).WaitAsync(Limit);
            return driver;
        }
        catch
        {
            await driver.DisposeAsync();
            throw;
        }
    }

    private async Task<string> CreateVolume()
    {
        using var channel = Connect(Socket);
        var client = new Controller.ControllerClient(channel);
        return (await Ok(client.CreateVolumeAsync(Requests.CreateVolume("pvc-1")))).Volume.VolumeId;
    }
}
