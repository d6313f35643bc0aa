using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>
/// How apply takes the values at one place of an object: as a whole, or part by part. There is one of the built-in kinds, from the field table, one of
/// custom resources, from their schemas, and one for what no schema describes: maps part by part, lists as a whole.
/// </summary>
internal abstract class MergeShape
{
    /// <summary>True for maps and structs that have one owner as a whole.</summary>
    public virtual bool IsAtomic => false;

    /// <summary>The keys of a list whose elements are known by them; empty for other lists.</summary>
    public virtual IReadOnlyList<string> Keys => [];

    /// <summary>True for lists of scalars each of which has its owners.</summary>
    public virtual bool IsSet => false;

    /// <summary>What is true of each element of a list.</summary>
    public virtual MergeShape Element => Undescribed.Instance;

    /// <summary>The part of that name, and whether the shape names it: parts of a map are only in the object.</summary>
    public virtual (MergeShape Shape, bool IsNamed) Part(string name) => (Undescribed.Instance, false);

    /// <summary>What a key of an element is where the element does not say; null where it has to.</summary>
    public virtual JsonNode? KeyDefault(string key) => null;

    public static MergeShape Of(ResourceDefinition resource) => resource.Shape is { } shape ? new BuiltInMerge(shape, null)
        : resource.Schema is StructuralSchema schema ? new CustomMerge(schema.Root, isObject: true)
        : Undescribed.Instance;

    private sealed class Undescribed : MergeShape
    {
        public static readonly Undescribed Instance = new();
    }

    private sealed class BuiltInMerge(TypeShape type, FieldShape? owner) : MergeShape
    {
        public override bool IsAtomic => type.IsAtomic || owner?.IsAtomic == true || type.Form == ValueForm.Any;

        public override IReadOnlyList<string> Keys => owner?.ApplyKeys ?? [];

        public override bool IsSet => owner?.IsApplySet == true;

        public override MergeShape Element => type.Element is { } element ? new BuiltInMerge(element, null) : Undescribed.Instance;

        public override (MergeShape Shape, bool IsNamed) Part(string name) => type.Field(name) is { } part ? (new BuiltInMerge(part.Type, part), true)
            : type is { Form: ValueForm.Map, Element: { } element } ? (new BuiltInMerge(element, null), false)
            : base.Part(name);

        // A port without a protocol is a TCP port. A key that is always written is found by its zero value, and missed by validation.
        public override JsonNode? KeyDefault(string key) => key == "protocol" ? "TCP"
            : type.Element?.Field(key) is { OmitEmpty: false, IsPointer: false } part ? part.Type.Zero() : null;
    }

    private sealed class CustomMerge(SchemaNode node, bool isObject) : MergeShape
    {
        private static readonly BuiltInMerge s_metadata = new(KindTable.Find("meta.ObjectMeta"), null);

        public override bool IsAtomic => node.IsAtomicMap;

        public override IReadOnlyList<string> Keys => node.MapKeys;

        public override bool IsSet => node.IsSet;

        public override MergeShape Element => node.Items is { } items ? new CustomMerge(items, isObject: false) : Undescribed.Instance;

        public override (MergeShape Shape, bool IsNamed) Part(string name)
        {
            if (isObject && name == "metadata") return (s_metadata, true);
            if (node.Properties.TryGetValue(name, out var property)) return (new CustomMerge(property, isObject: false), true);
            return node.AdditionalProperties is { } values ? (new CustomMerge(values, isObject: false), false) : base.Part(name);
        }

        public override JsonNode? KeyDefault(string key) => node.Items?.Properties.GetValueOrDefault(key)?.Default?.DeepClone();
    }
}
