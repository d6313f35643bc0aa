using System.Net.Sockets;
using Csi.V1;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecars.Hosting.Http2;
using Sidecars.Tests.Support;
using Sidecars.Tests.Support.Http2;
using static Sidecars.Tests.Support.Http2.Frames;

namespace Sidecars.Csi.Tests.Connection;

/// <summary>A driver that says very much about an error, again and again, costs memory only while it is read.</summary>
[NonParallelizable]
internal sealed class LongErrorMemoryTests
{
    private const int Most = 15 * 1024 * 1024;
    private const int FirstCall = 4 * 1024 * 1024; // room for what the first call of a process builds up
    private const int LibraryBuffers = 2 * Most; // of the platform's HTTP layer, for as long as the connection lives

    private readonly TemporaryDirectory _directory = new();
    private Socket _listener = null!;

    [SetUp]
    public void Listen()
    {
        _listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _listener.Bind(new UnixDomainSocketEndPoint(_directory.File("csi.sock")));
        _listener.Listen();
    }

    [TearDown]
    public void End()
    {
        _listener.Dispose();
        _directory.Dispose();
    }

    [Test]
    public async Task The_full_client_keeps_nothing_of_it_but_the_buffers_of_its_HTTP_layer()
    {
        using var connection = await CsiConnection.ConnectAsync(
            new CsiConnectionOptions { Address = Address }, NullLogger.Instance, TimeProvider.System, CancellationToken.None).WithinLimit();
        using var driver = await RawPeer.AcceptAsync(_listener);
        await driver.Send(Settings());
        Assert.That(await KeptOf(connection.Invoker, driver), Is.LessThan(FirstCall + LibraryBuffers));
        Assert.That(connection.Lost.IsCompleted, Is.False);
    }

    [Test]
    public async Task The_client_of_the_node_side_keeps_nothing_of_it()
    {
        var connecting = NodeConnection.TryConnectAsync(Address, TestTimeouts.Limit, null, NullLogger.Instance, TimeProvider.System, CancellationToken.None);
        using var driver = await RawPeer.AcceptAsync(_listener);
        await driver.Send(Settings());
        using var connection = (await connecting.WithinLimit()).Connection!;
        Assert.That(await KeptOf(connection.Invoker, driver), Is.LessThan(FirstCall));
        Assert.That(connection.Lost.IsCompleted, Is.False);
    }

    private CsiAddress Address => CsiAddress.Parse(_directory.File("csi.sock"), out _)!;

    // Both kinds of answer in one test: what pools hold after the first test does not show as growth in a second.
    private static async Task<long> KeptOf(CallInvoker invoker, RawPeer driver)
    {
        byte[][][] answers = [AnswerOn(1, isCoded: false), AnswerOn(3, isCoded: true), AnswerOn(5, isCoded: false)];
        var before = GC.GetTotalMemory(forceFullCollection: true);
        foreach (var answer in answers) await Fail(invoker, driver, answer, isFirst: answer == answers[0]);
        await Task.Yield(); // off the stack of whoever read the last
        var kept = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(answers);
        await TestContext.Out.WriteLineAsync($"kept {kept / 1024} KiB");
        return kept;
    }

    private static async Task Fail(CallInvoker invoker, RawPeer driver, byte[][] answer, bool isFirst)
    {
        var calling = new CsiCall(TimeProvider.System).InvokeAsync(
            new Identity.IdentityClient(invoker).ProbeAsync, new ProbeRequest(), TestTimeouts.Limit, CancellationToken.None);
        if (isFirst) await driver.TakePreface();
        await driver.NextOf(FrameType.Headers);
        foreach (var frame in answer) await driver.Send(frame); // one by one, without a large buffer of the test's own
        Assert.That((await calling.WithinLimit()).Error!.Text, Does.StartWith("rpc error: code = Internal desc = aaaa"));
    }

    /// <summary>An answer that is an error, with very many words, plain or in the Huffman code, where eight of this letter are five octets.</summary>
    private static byte[][] AnswerOn(int stream, bool isCoded)
    {
        var head = Block((":status", "200"), ("content-type", "application/grpc"), ("grpc-status", "13"));
        const string name = "grpc-message";
        byte[] words = isCoded
            ? CodedField(name, [.. Enumerable.Repeat(HuffmanText.Encode("aaaaaaaa"), Most / 8).SelectMany(octets => octets)])
            : Block((name, new string('a', Most)));
        return InFrames(stream, [.. head, .. words], FrameFlags.EndStream);
    }
}
