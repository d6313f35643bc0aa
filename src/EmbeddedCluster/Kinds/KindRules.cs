using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>
/// What the API server does with the objects of one kind beyond storing them: defaults, resets before a write, validation. Every hook gets
/// decoded objects and may change only the new one. The base class has no rules but those of metadata.
/// </summary>
internal class KindRules
{
    public static readonly KindRules None = new();

    /// <summary>True for kinds whose generation counts changes of everything but metadata and status.</summary>
    public virtual bool TracksGeneration => false;

    /// <summary>False for kinds whose PUT must name a resource version.</summary>
    public virtual bool AllowsUnconditionalUpdate => true;

    public virtual bool AllowsCreateOnUpdate => false;

    /// <summary>True when a write to the status subresource cannot touch labels, annotations, finalizers and owners.</summary>
    public virtual bool StatusKeepsMetadata => false;

    /// <summary>Whether a write of the status takes nothing at all of the metadata that is sent, not even to compare it: a foreign uid is no conflict then.</summary>
    public virtual bool StatusIgnoresMetadata => false;

    /// <summary>True when a delete answers with the removed object, not with a Status.</summary>
    public virtual bool ReturnsDeletedObject => false;

    /// <summary>True when a finalizer must be qualified by a domain or be one of the server's own. Some kinds check its form only.</summary>
    public virtual bool QualifiesFinalizers => true;

    /// <summary>What is wrong with the name; null when nothing is.</summary>
    public virtual string? CheckName(string name, bool isPrefix) => Names.CheckSubdomain(isPrefix ? Names.MaskTrailingDash(name) : name);

    public virtual void SetDefaults(JsonObject content)
    {
    }

    /// <summary>Runs after metadata was filled and the status was reset.</summary>
    public virtual void PrepareForCreate(JsonObject content, DateTimeOffset now)
    {
    }

    /// <summary>Runs after the status was taken over from the old object.</summary>
    public virtual void PrepareForUpdate(JsonObject content, JsonObject old)
    {
    }

    /// <summary>Runs after everything but the status was taken over from the old object.</summary>
    public virtual void PrepareForStatusUpdate(JsonObject content, JsonObject old, DateTimeOffset now)
    {
    }

    /// <summary>Validates content that stands on its own; runs on create and on update.</summary>
    public virtual void Validate(JsonObject content, FieldErrors errors)
    {
    }

    /// <summary>Validates content that replaces other content: on its own, and against what it replaces.</summary>
    public virtual void ValidateReplacement(JsonObject content, JsonObject old, FieldErrors errors)
    {
        Validate(content, errors);
        ValidateUpdate(content, old, errors);
    }

    public virtual void ValidateUpdate(JsonObject content, JsonObject old, FieldErrors errors)
    {
    }

    public virtual void ValidateStatusUpdate(JsonObject content, JsonObject old, FieldErrors errors)
    {
    }

    /// <summary>Seconds the object lives on after a delete that asked for this many (null: said nothing).</summary>
    public virtual long GracePeriod(JsonObject content, long? asked) => 0;

    /// <summary>Something that must happen before a delete is answered, such as marking a namespace as terminating.</summary>
    public virtual void PrepareForDeletion(JsonObject content)
    {
    }

    protected static void CheckImmutable(JsonNode? value, JsonNode? old, string field, FieldErrors errors)
    {
        if (!JsonNode.DeepEquals(value, old)) errors.Immutable(field, value);
    }
}
