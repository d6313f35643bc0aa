using Sidecars.Hosting.Http2.Hpack;

namespace Sidecars.NodeDriverRegistrar.Http2;

/// <summary>
/// The head of a well-formed request (RFC 9113 8.2 and 8.3). The authority is not looked at: the kubelet sends the path of the socket there,
/// percent-encoded, which is no host name, and a Unix socket has but one host behind it.
/// </summary>
internal sealed class RequestHead
{
    private static readonly string[] s_ofConnection = ["connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade"];

    private readonly IReadOnlyList<HeaderField> _fields;

    private RequestHead(string method, string path, IReadOnlyList<HeaderField> fields) => (Method, Path, _fields) = (method, path, fields);

    public string Method { get; }

    public string Path { get; }

    /// <summary>Value of the first field of this name, or null.</summary>
    public string? Find(string name)
    {
        foreach (var field in _fields)
            if (field.Name == name) return field.Value;
        return null;
    }

    /// <summary>The head, or null where the fields are malformed.</summary>
    public static RequestHead? Read(IReadOnlyList<HeaderField> fields)
    {
        string? method = null, path = null, scheme = null, authority = null;
        var pseudoEnded = false;
        foreach (var (name, value) in fields)
        {
            if (value.AsSpan().ContainsAny('\0', '\r', '\n')) return null;
            if (name.StartsWith(':'))
            {
                if (pseudoEnded) return null;
                var isNew = name switch
                {
                    ":method" => TrySet(ref method, value),
                    ":path" => TrySet(ref path, value),
                    ":scheme" => TrySet(ref scheme, value),
                    ":authority" => TrySet(ref authority, value),
                    _ => false,
                };
                if (!isNew) return null;
            }
            else
            {
                pseudoEnded = true;
                if (!IsRegularName(name) || (name == "te" && value != "trailers")) return null;
            }
        }
        return method is { Length: > 0 } && path is { Length: > 0 } && scheme is not null ? new RequestHead(method, path, fields) : null;
    }

    private static bool TrySet(ref string? place, string value)
    {
        if (place is not null) return false;
        place = value;
        return true;
    }

    private static bool IsRegularName(string name)
    {
        if (name.Length == 0 || Array.IndexOf(s_ofConnection, name) >= 0) return false;
        foreach (var letter in name)
            if (letter is <= ' ' or >= '\x7f' or ':' or (>= 'A' and <= 'Z')) return false;
        return true;
    }
}
