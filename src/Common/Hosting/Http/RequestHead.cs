using System.Text;

namespace Sidecars.Hosting.Http;

/// <summary>
/// Reads the head of an HTTP/1.x request out of received bytes: strict about what could be taken two ways (request smuggling needs
/// two readers that disagree), lenient about nothing. It copies out only the few fields a diagnostics server uses.
/// </summary>
internal static class RequestHead
{
    /// <summary>Not more than this many header lines are looked at; a real client sends about ten.</summary>
    private const int MaxLines = 100;

    /// <summary>The length of the head with its blank line, or -1 when the blank line has not arrived yet.</summary>
    public static int Length(ReadOnlySpan<byte> received)
    {
        var end = received.IndexOf("\r\n\r\n"u8);
        return end < 0 ? -1 : end + 4;
    }

    /// <summary>The request of a complete head, or null when it is not proper HTTP/1.0 or 1.1.</summary>
    public static DiagnosticsRequest? Parse(ReadOnlySpan<byte> head)
    {
        var text = head[..^2];
        if (!IsPrintable(text)) return null;
        var lineEnd = text.IndexOf("\r\n"u8);
        if (!TryRequestLine(text[..lineEnd], out var method, out var target, out var minor)) return null;
        var fields = new Fields();
        text = text[(lineEnd + 2)..];
        for (var lines = 0; !text.IsEmpty; lines++)
        {
            lineEnd = text.IndexOf("\r\n"u8);
            if (lines == MaxLines || !fields.Take(text[..lineEnd])) return null;
            text = text[(lineEnd + 2)..];
        }
        // HTTP/1.1 demands exactly one Host.
        if (minor == 1 && fields.Hosts != 1) return null;
        if (!TrySplitTarget(target, out var path, out var query)) return null;
        return new DiagnosticsRequest(method, path, query, fields.AcceptsGzip)
        {
            HasBody = fields.HasBody,
            IsOld = minor is 0,
            KeepAlive = !fields.HasBody && (minor == 1 ? !fields.Close : fields.KeepAlive),
        };
    }

    private static bool TryRequestLine(ReadOnlySpan<byte> line, out string method, out string target, out int minor)
    {
        (method, target, minor) = ("", "", 0);
        var first = line.IndexOf((byte)' ');
        var last = line.LastIndexOf((byte)' ');
        if (first <= 0 || last <= first + 1) return false;
        var version = line[(last + 1)..];
        if (version.SequenceEqual("HTTP/1.1"u8)) minor = 1;
        else if (!version.SequenceEqual("HTTP/1.0"u8)) return false;
        if (!IsToken(line[..first]) || line[(first + 1)..last].Contains((byte)' ')) return false;
        method = Encoding.ASCII.GetString(line[..first]);
        target = Encoding.ASCII.GetString(line[(first + 1)..last]);
        return true;
    }

    private static bool TrySplitTarget(string target, out string path, out string query)
    {
        query = "";
        path = target;
        const string scheme = "http://";
        if (path.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
        {
            var slash = path.IndexOf('/', scheme.Length);
            path = slash < 0 ? "/" : path[slash..];
        }
        if (!path.StartsWith('/')) return false;
        var mark = path.IndexOf('?', StringComparison.Ordinal);
        if (mark < 0) return true;
        query = path[(mark + 1)..];
        path = path[..mark];
        return true;
    }

    private static bool IsPrintable(ReadOnlySpan<byte> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is >= 0x20 and not 0x7f or (byte)'\t') continue;
            if (text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n') i++;
            else return false;
        }
        return true;
    }

    private static bool IsToken(ReadOnlySpan<byte> text) => !text.IsEmpty && text.IndexOfAnyExcept(TokenBytes) < 0;

    private static readonly System.Buffers.SearchValues<byte> TokenBytes = System.Buffers.SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    // The header fields that change what the server does.
    private ref struct Fields
    {
        public int Hosts;
        public bool Close;
        public bool KeepAlive;
        public bool HasBody;
        public bool AcceptsGzip;

        public bool Take(ReadOnlySpan<byte> line)
        {
            var colon = line.IndexOf((byte)':');
            if (colon <= 0 || !IsToken(line[..colon])) return false;
            var name = line[..colon];
            var value = line[(colon + 1)..].Trim(" \t"u8);
            if (Ascii.EqualsIgnoreCase(name, "host"u8)) Hosts++;
            else if (Ascii.EqualsIgnoreCase(name, "transfer-encoding"u8)) HasBody = true;
            else if (Ascii.EqualsIgnoreCase(name, "content-length"u8)) HasBody |= !value.SequenceEqual("0"u8);
            else if (Ascii.EqualsIgnoreCase(name, "accept-encoding"u8)) AcceptsGzip |= AcceptsGzipIn(value);
            else if (Ascii.EqualsIgnoreCase(name, "connection"u8))
            {
                var text = Encoding.ASCII.GetString(value);
                Close |= text.Contains("close", StringComparison.OrdinalIgnoreCase);
                KeepAlive |= text.Contains("keep-alive", StringComparison.OrdinalIgnoreCase);
            }
            return true;
        }

        // "gzip" or "gzip;q=0.5", but not "gzip;q=0".
        private static bool AcceptsGzipIn(ReadOnlySpan<byte> value)
        {
            foreach (var range in value.Split((byte)','))
            {
                var coding = value[range].Trim(" \t"u8);
                if (coding.Length < 4 || !Ascii.EqualsIgnoreCase(coding[..4], "gzip"u8)) continue;
                var parameter = coding[4..].Trim(" \t;"u8);
                if (parameter.IsEmpty && coding[4..].IndexOfAnyExcept((byte)' ', (byte)'\t', (byte)';') < 0) return true;
                if (coding[4..].Trim(" \t"u8).StartsWith(";"u8)) return parameter.IndexOfAnyInRange((byte)'1', (byte)'9') >= 0;
            }
            return false;
        }
    }
}
