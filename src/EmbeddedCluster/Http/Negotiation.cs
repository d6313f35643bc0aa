using Microsoft.AspNetCore.Http;

namespace Sidecars.EmbeddedCluster;

/// <summary>Reads the Accept header: the first form in it that this server can give wins. JSON is the only encoding of objects.</summary>
internal static class Negotiation
{
    public const string Supported = "application/json";

    /// <summary>The form asked for; null when the client accepts nothing this server has.</summary>
    public static Presentation? Read(HttpRequest request)
    {
        var accept = request.Headers.Accept.ToString();
        if (accept.Length == 0) return Presentation.Plain;
        foreach (var choice in accept.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = choice.Split(';', StringSplitOptions.TrimEntries);
            if (parts[0] is not ("application/json" or "application/*" or "*/*")) continue;
            var form = Array.Find(parts, part => part.StartsWith("as=", StringComparison.Ordinal));
            switch (form)
            {
                case null:
                    return Presentation.Plain;
                case "as=Table" when parts.Contains("g=meta.k8s.io") && parts.Contains("v=v1"):
                    return Presentation.Table;
                case "as=PartialObjectMetadata" or "as=PartialObjectMetadataList" when parts.Contains("g=meta.k8s.io") && parts.Contains("v=v1"):
                    return Presentation.Metadata;
            }
        }
        return null;
    }
}
