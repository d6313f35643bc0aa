using System.Text;

namespace Sidecars.EmbeddedCluster;

/// <summary>
/// One resource in one served version: its names, its scope, its rules. Several versions of one custom resource share their objects; the storage
/// version's definition is the one the objects carry.
/// </summary>
public sealed class ResourceDefinition
{
    /// <summary>The API group; empty for the core group.</summary>
    public required string Group { get; init; }

    /// <summary>The version within the group.</summary>
    public required string Version { get; init; }

    /// <summary>The plural name used in paths.</summary>
    public required string Plural { get; init; }

    /// <summary>The kind of a single object.</summary>
    public required string Kind { get; init; }

    /// <summary>True for resources that live in a namespace.</summary>
    public required bool IsNamespaced { get; init; }

    /// <summary>The singular name.</summary>
    public string Singular { get => field ?? Kind.ToLowerInvariant(); init; }

    /// <summary>The kind of a list.</summary>
    public string ListKind { get => field ?? Kind + "List"; init; }

    /// <summary>Abbreviations such as <c>pvc</c>.</summary>
    public IReadOnlyList<string> ShortNames { get; init; } = [];

    /// <summary>Groups such as <c>all</c>.</summary>
    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary>True when the status is written through a subresource of its own.</summary>
    public bool HasStatus { get; init; }

    /// <summary>True when the number of replicas can be read and written by itself.</summary>
    public bool HasScale { get; init; }

    /// <summary>True for resources that a CustomResourceDefinition made.</summary>
    public bool IsCustom { get; init; }

    /// <summary>Text of the <c>Warning</c> header that every request to a deprecated version gets; null for versions that are not.</summary>
    public string? DeprecationWarning { get; init; }

    /// <summary>Group and version as in <c>apiVersion</c>.</summary>
    public string GroupVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>The name as in messages and CRD names: <c>pods</c> or <c>leases.coordination.k8s.io</c>.</summary>
    public string GroupResource => Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    internal string GroupKind => Group.Length == 0 ? Kind : $"{Kind}.{Group}";

    internal KindRules Rules { get; init; } = KindRules.None;

    internal IObjectSchema Schema { get; init; } = new BuiltInSchema(new TypeShape(ValueForm.Struct, "empty"));

    /// <summary>The shape that strategic merge patch needs; null where that patch is refused.</summary>
    internal TypeShape? Shape { get; init; }

    internal IReadOnlyList<SelectableField> SelectableFields { get; init; } = [];

    /// <summary>Every field that any version can be selected by: an object is stored once for all of them.</summary>
    internal IReadOnlyList<SelectableField> IndexedFields { get => field ?? SelectableFields; init; }

    /// <summary>The version in which the objects are kept, which need not be a served one.</summary>
    internal ResourceDefinition StoredAs { get => field ?? this; set; }

    /// <summary>What the schema makes of an object. Versions of the same form differ in their names alone.</summary>
    internal string Form { get; init; } = "";

    internal IReadOnlyList<TableColumn> Columns { get; init; } = TableColumn.Generic;

    /// <summary>The type header that every object text of this resource starts with.</summary>
    internal ReadOnlyMemory<byte> Head => field.IsEmpty ? (field = BuildHead()) : field;

    /// <summary>The resource as path prefix plus name, for logs.</summary>
    public override string ToString() => $"{GroupVersion} {Plural}";

    private byte[] BuildHead() => Encoding.UTF8.GetBytes(
        // Generic encoders sort, Go structs keep their order: the real server's custom resources start with apiVersion, its built-in kinds with kind.
        IsCustom ? $"{{\"apiVersion\":\"{GroupVersion}\",\"kind\":\"{Kind}\"" : $"{{\"kind\":\"{Kind}\",\"apiVersion\":\"{GroupVersion}\"");
}
