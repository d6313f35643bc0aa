using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>Tokens that service accounts were given while the cluster runs. Each is good until it expires or its account is deleted.</summary>
internal sealed class AccountTokens(ObjectStore store, ResourceCatalog catalog, TimeProvider time)
{
    private const int Hour = 3600;
    private const int Shortest = 600;

    private readonly ConcurrentDictionary<string, Issued> _issued = new(StringComparer.Ordinal);

    private sealed record Issued(string Namespace, string Name, string Uid, DateTimeOffset Expires);

    /// <summary>The account a token is of; null for one that was never given out, or is no longer good.</summary>
    public Caller? Find(string token) =>
        _issued.TryGetValue(token, out var issued) && issued.Expires > time.GetUtcNow() && Account(issued.Namespace, issued.Name)?.Uid == issued.Uid
            ? Caller.OfAccount(issued.Namespace, issued.Name)
            : null;

    /// <summary>Answers a request for a token, in place.</summary>
    public ApiStatus? Issue(string ns, string name, JsonObject request)
    {
        if (Account(ns, name) is not { } account) return ApiStatus.NotFound(catalog.Find("serviceaccounts")!, name);
        var seconds = request["spec"].Integer("expirationSeconds") ?? Hour;
        if (seconds < Shortest)
        {
            var errors = new FieldErrors();
            errors.Invalid("spec.expirationSeconds", JsonValue.Create(seconds), "may not specify a duration less than 10 minutes");
            return ApiStatus.Invalid(ReviewKinds.Token, "", errors);
        }
        var token = "embedded." + Convert.ToHexString(RandomNumberGenerator.GetBytes(32)).ToLower(CultureInfo.InvariantCulture);
        var expires = time.GetUtcNow().AddSeconds(seconds);
        _issued[token] = new Issued(ns, name, account.Uid, expires);
        var metadata = request.Metadata();
        (metadata["name"], metadata["namespace"], metadata["creationTimestamp"]) = (name, ns, WireTime.Of(time.GetUtcNow()));
        request.Child("spec")["expirationSeconds"] = seconds;
        request["status"] = new JsonObject { ["token"] = token, ["expirationTimestamp"] = WireTime.Of(expires) };
        return null;
    }

    private StoredObject? Account(string ns, string name) => catalog.Find("serviceaccounts") is { } accounts ? store.Table(accounts).Find(ns, name) : null;
}
