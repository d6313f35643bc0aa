using System.Net.Http.Headers;
using Sidecars.Kubernetes.Http.Credentials;

namespace Sidecars.Kubernetes.Http;

/// <summary>
/// The bearer token of a file that the kubelet replaces while we run. It is read again when it is nearly a minute old, or when
/// the server refused it; a file that cannot be read for a moment keeps the token known (common contract 8.1).
/// </summary>
internal sealed class TokenFile(string path, TimeProvider time) : IRequestCredentials
{
    /// <summary>A minute, less ten seconds: what is sent must not be older than a minute when it arrives.</summary>
    private static readonly TimeSpan s_freshFor = TimeSpan.FromSeconds(50);

    private readonly Lock _lock = new();
    private AuthenticationHeaderValue? _known;
    private long _readAt;
    private bool _isRefused;

    /// <summary>The header to send. Throws <see cref="IOException"/> where no token could ever be read.</summary>
    public ValueTask<AuthenticationHeaderValue?> HeaderAsync(CancellationToken cancel)
    {
        lock (_lock)
        {
            if (_known is not null && !_isRefused && time.GetElapsedTime(_readAt) < s_freshFor) return ValueTask.FromResult<AuthenticationHeaderValue?>(_known);
            try
            {
                var token = File.ReadAllText(path).Trim();
                if (token.Length is 0) throw new IOException($"the token file {path} is empty");
                (_known, _readAt, _isRefused) = (new AuthenticationHeaderValue("Bearer", token), time.GetTimestamp(), false);
            }
            catch (Exception e) when (_known is not null && e is (IOException or UnauthorizedAccessException))
            {
                // Being replaced just now: the next request looks again.
            }
            return ValueTask.FromResult<AuthenticationHeaderValue?>(_known);
        }
    }

    /// <summary>The server refused the token: read the file before the next request.</summary>
    public void Refused(AuthenticationHeaderValue? header)
    {
        lock (_lock) _isRefused = true;
    }
}
