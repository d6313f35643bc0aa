namespace Sidecars.EmbeddedCluster;

/// <summary>The patch formats of the API.</summary>
public enum PatchKind
{
    /// <summary>JSON merge patch, RFC 7386.</summary>
    Merge,

    /// <summary>JSON patch, RFC 6902.</summary>
    Json,

    /// <summary>Strategic merge patch; built-in kinds only.</summary>
    Strategic,

    /// <summary>Server-side apply: all that one manager wants of the object.</summary>
    Apply,
}
