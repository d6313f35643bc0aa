using System.Net.Http.Headers;

namespace Sidecars.Kubernetes.Http.Credentials;

/// <summary>What requests are authorized with, where that changes while we run.</summary>
internal interface IRequestCredentials
{
    /// <summary>The header to send now; null for none. Throws a sentence where there is nothing to send.</summary>
    ValueTask<AuthenticationHeaderValue?> HeaderAsync(CancellationToken cancel);

    /// <summary>The server refused what was sent: the next request gets it anew.</summary>
    void Refused(AuthenticationHeaderValue? header);
}
