using Sidecars.Tests.Support;

namespace Sidecars.NodeDriverRegistrar.Tests.Program;

/// <summary>The published program between a scripted driver and a kubelet's directory. All that any of the processes wrote is kept.</summary>
internal sealed class ProcessRig : IAsyncDisposable
{
    public const string Name = "csi-node-driver-registrar";
    public const string Driver = "d.example.com";
    public const string Endpoint = "/var/lib/kubelet/plugins/d.example.com/csi.sock";

    private readonly TemporaryDirectory _directory = new();
    private readonly List<PublishedProgram> _all = [];

    private ProcessRig(string name)
    {
        System.IO.Directory.CreateDirectory(Directory);
        Csi = ScriptedDriver.Create(new ScriptedDriverOptions { Name = name });
    }

    public ScriptedDriver Csi { get; }

    public string Directory => _directory.File("reg");

    public string Path => System.IO.Path.Combine(Directory, Driver + "-reg.sock");

    public IEnumerable<string> Output => _all.SelectMany(p => p.ErrorLines.Concat(p.OutputLines));

    /// <summary>Everything but a driver that listens.</summary>
    public static ProcessRig Prepare(string name = Driver) => new(name);

    public static async Task<ProcessRig> PrepareWithDriverAsync(string name = Driver)
    {
        var rig = new ProcessRig(name);
        await rig.Csi.StartAsync();
        return rig;
    }

    public PublishedProgram Start(params string[] more) => Keep(PublishedProgram.Start(Name, Arguments(more)));

    /// <summary>Starts it as the user nobody, who may use the driver, and the kubelet's directory as far as this mode says.</summary>
    public PublishedProgram StartAsNobody(UnixFileMode mode)
    {
        const UnixFileMode all = (UnixFileMode)0x1FF;
        File.SetUnixFileMode(Directory, mode);
        File.SetUnixFileMode(System.IO.Path.GetDirectoryName(Csi.SocketPath)!, all);
        File.SetUnixFileMode(Csi.SocketPath, all);
        return Keep(PublishedProgram.StartAsNobody(Name, _directory, Arguments([])));
    }

    /// <summary>Starts it and waits until it serves.</summary>
    public async Task<PublishedProgram> StartServing(params string[] more)
    {
        var program = Start(more);
        await Serving(program);
        return program;
    }

    public static Task<string> Serving(PublishedProgram program) =>
        program.WaitForErrorLine(line => line.Contains("Waiting for the kubelet", StringComparison.Ordinal));

    private string[] Arguments(string[] more) =>
        [$"--csi-address={Csi.SocketPath}", $"--kubelet-registration-path={Endpoint}", $"--plugin-registration-path={Directory}", .. more];

    private PublishedProgram Keep(PublishedProgram program)
    {
        _all.Add(program);
        return program;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var program in _all) await program.DisposeAsync();
        await Csi.DisposeAsync();
        _directory.Dispose();
    }
}
