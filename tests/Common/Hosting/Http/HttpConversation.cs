using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Sidecars.Hosting.Tests.Http;

/// <summary>A client that says exactly the given bytes and reads one answer at a time.</summary>
internal sealed class HttpConversation : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly Socket _socket;
    private readonly List<byte> _received = [];

    private HttpConversation(Socket socket) => _socket = socket;

    public static async Task<HttpConversation> Open(IPEndPoint server)
    {
        var address = server.Address.Equals(IPAddress.IPv6Any) ? IPAddress.Loopback : server.Address;
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(new IPEndPoint(address, server.Port)).WaitAsync(Limit);
        return new HttpConversation(socket);
    }

    public static async Task<(int Status, string Head, byte[] Body)> Get(IPEndPoint server, string path, string headers = "")
    {
        using var conversation = await Open(server);
        await conversation.Say($"GET {path} HTTP/1.1\r\nHost: x\r\n{headers}Connection: close\r\n\r\n");
        return await conversation.Answer();
    }

    public Task Say(string text) => Say(Encoding.Latin1.GetBytes(text));

    public async Task Say(byte[] bytes) => await _socket.SendAsync(bytes).WaitAsync(Limit);

    /// <summary>The next answer; <paramref name="headOnly"/> for HEAD, whose length header announces a body that does not come.</summary>
    public async Task<(int Status, string Head, byte[] Body)> Answer(bool headOnly = false)
    {
        int end;
        while ((end = Text.IndexOf("\r\n\r\n", StringComparison.Ordinal)) < 0)
            if (!await Receive()) throw new IOException("the server closed the connection, received: " + Text);
        var head = Text[..(end + 2)];
        var length = headOnly ? 0 : int.Parse(head.Split("Content-Length: ")[1].Split("\r\n")[0]);
        while (_received.Count < end + 4 + length)
            if (!await Receive()) throw new IOException("the answer is cut");
        var body = _received.Skip(end + 4).Take(length).ToArray();
        _received.RemoveRange(0, end + 4 + length);
        return (int.Parse(head.Split(' ')[1]), head, body);
    }

    /// <summary>Completes when the server has closed the connection; anything it still says is a failure.</summary>
    public async Task Closed()
    {
        try
        {
            if (await Receive()) throw new IOException("the server said: " + Text);
        }
        catch (SocketException)
        {
            // A reset is closed, too.
        }
    }

    public void Dispose() => _socket.Dispose();

    private string Text => Encoding.Latin1.GetString([.. _received]);

    private async Task<bool> Receive()
    {
        var buffer = new byte[4096];
        var read = await _socket.ReceiveAsync(buffer).WaitAsync(Limit);
        _received.AddRange(buffer.AsSpan(0, read));
        return read > 0;
    }
}
