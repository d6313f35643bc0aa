using System.Net;
using System.Text.RegularExpressions;
using Sidecars.Tests.Support;

namespace Sidecars.LivenessProbe.Tests.Program;

/// <summary>The published program beside a scripted driver, and a client that asks it as the kubelet and a scraper do.</summary>
internal sealed partial class ProcessRig : IAsyncDisposable
{
    private readonly List<PublishedProgram> _programs = [];
    private readonly TemporaryDirectory _directory = new();

    public ScriptedDriver Driver { get; } = ScriptedDriver.Create();

    public HttpClient Http { get; } = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TestTimeouts.Limit };

    /// <summary>Starts the program; it listens once the driver told its name.</summary>
    public PublishedProgram Start(params string[] arguments)
    {
        var program = PublishedProgram.Start("livenessprobe", [$"--csi-address={Driver.SocketPath}", .. arguments]);
        _programs.Add(program);
        return program;
    }

    /// <summary>Starts driver and program, the latter with limits of the shell's ulimit, and returns its address.</summary>
    public async Task<(PublishedProgram Program, string Url)> StartLimited(string limits)
    {
        await Driver.StartAsync();
        var program = StartWith(limits, "--http-endpoint=127.0.0.1:0");
        return (program, await UrlOf(program));
    }

    /// <summary>Starts the program with limits of the shell's ulimit.</summary>
    public PublishedProgram StartWith(string limits, params string[] arguments)
    {
        var program = PublishedProgram.StartLimited("livenessprobe", limits, [$"--csi-address={Driver.SocketPath}", .. arguments]);
        _programs.Add(program);
        return program;
    }

    /// <summary>Starts the program as the user nobody, who may use the driver's socket for now.</summary>
    public async Task<PublishedProgram> StartAsNobody()
    {
        await Driver.StartAsync();
        const UnixFileMode all = (UnixFileMode)0x1FF;
        foreach (var path in (string[])[Path.GetDirectoryName(Driver.SocketPath)!, Driver.SocketPath]) File.SetUnixFileMode(path, all);
        var program = PublishedProgram.StartAsNobody("livenessprobe", _directory, [$"--csi-address={Driver.SocketPath}", "--http-endpoint=127.0.0.1:0"]);
        _programs.Add(program);
        return program;
    }

    /// <summary>Starts driver and program, and returns the address of its first listener, <c>http://127.0.0.1:port</c>.</summary>
    public async Task<(PublishedProgram Program, string Url)> StartListening(params string[] arguments)
    {
        await Driver.StartAsync();
        var program = Start(["--http-endpoint=127.0.0.1:0", .. arguments]);
        return (program, await UrlOf(program));
    }

    /// <summary>The address the program says that it listens on.</summary>
    public static async Task<string> UrlOf(PublishedProgram program)
    {
        var line = await program.WaitForErrorLine(l => l.Contains("Listening for HTTP", StringComparison.Ordinal));
        return "http://" + Address().Match(line).Groups[1].Value.Replace("[::]", "127.0.0.1", StringComparison.Ordinal);
    }

    public async Task<(HttpStatusCode Status, string Body)> Get(string url)
    {
        using var response = await Http.GetAsync(new Uri(url)).WithinLimit();
        return (response.StatusCode, await response.Content.ReadAsStringAsync().WithinLimit());
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        foreach (var program in _programs) await program.DisposeAsync();
        await Driver.DisposeAsync();
        _directory.Dispose();
    }

    [GeneratedRegex("address=\"([^\"]+)\"")]
    private static partial Regex Address();
}
