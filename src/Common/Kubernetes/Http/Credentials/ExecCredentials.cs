using System.Net.Http.Headers;
using System.Net.Security;

namespace Sidecars.Kubernetes.Http.Credentials;

/// <summary>
/// The credentials of a plug-in, got when they are first needed, anew shortly before they expire and after the server refused them. All
/// clients of a cluster share them, and one process of the plug-in runs at a time, whoever waits for it.
/// </summary>
internal sealed class ExecCredentials(ExecPlugin plugin, TimeProvider time) : IRequestCredentials, IClientCertificates
{
    /// <summary>How long before their end they are got anew, or a tenth of their life where that is less.</summary>
    private static readonly TimeSpan s_early = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private ExecCredential? _known;
    private DateTimeOffset _renewAt;
    private bool _isRefused;
    private Task<(ExecCredential? Credential, string? Error)>? _running;

    public async ValueTask<AuthenticationHeaderValue?> HeaderAsync(CancellationToken cancel) => (await CurrentAsync(cancel)).Header;

    public async ValueTask<SslStreamCertificateContext?> CurrentAsync(bool forConnection, CancellationToken cancel) => (await CurrentAsync(cancel)).Certificate;

    public void Refused(AuthenticationHeaderValue? header)
    {
        // Not one that was replaced while the request was under way.
        lock (_lock) _isRefused |= header is not null && header.Equals(_known?.Header);
    }

    public void Refused(SslStreamCertificateContext? certificate)
    {
        lock (_lock) _isRefused |= certificate is not null && certificate == _known?.Certificate;
    }

    private async ValueTask<ExecCredential> CurrentAsync(CancellationToken cancel)
    {
        Task<(ExecCredential? Credential, string? Error)> running;
        lock (_lock)
        {
            var now = time.GetUtcNow();
            if (_known is not null && !_isRefused && now < _renewAt) return _known;
            running = _running ??= Task.Run(Renew, CancellationToken.None);
            if (_known is not null && !_isRefused && now < _known.Expires) return _known; // good until the new ones are there
        }
        var (credential, error) = await running.WaitAsync(cancel);
        return credential ?? throw new HttpRequestException(HttpRequestError.ConnectionError, error);
    }

    private async Task<(ExecCredential?, string?)> Renew()
    {
        ExecCredential? got = null;
        string? error = null;
        try
        {
            got = await plugin.Run(_known, time);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            error = e.Message; // whatever it was: who waits is told, and the next request tries again
        }
        lock (_lock)
        {
            _running = null;
            if (got is null) return (null, error);
            var now = time.GetUtcNow();
            var life = (got.Expires ?? DateTimeOffset.MaxValue) - now;
            (_known, _isRefused, _renewAt) = (got, false, got.Expires is null ? DateTimeOffset.MaxValue : got.Expires.Value - (life / 10 < s_early ? life / 10 : s_early));
            return (got, null);
        }
    }
}
