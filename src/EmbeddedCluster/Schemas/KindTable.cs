using System.Globalization;
using System.Reflection;

namespace Sidecars.EmbeddedCluster;

/// <summary>
/// The field table of the built-in kinds of Kubernetes 1.36, read once from the embedded text. It says which fields exist, their types, which
/// of them the API server writes back even when empty, and how strategic merge patch treats lists.
/// </summary>
/// <remarks>
/// A line that begins with "type" opens a type, "atomic" after its name says that apply takes its values as a whole; each line after it is one
/// field: name, type, number, flags. A type is string, int, bool, float, quantity, intstr, time, microtime, bytes, any, {} and a type of the
/// table, [] or map: and a type. The number is the field's in protobuf, behind a dot where a message that JSON does not show lies between, and -
/// where the kind has no such form here. The flags are - for none, o for left out when empty, z for left out when zero, p for a pointer (an empty
/// value is a value), r for retained keys, a for a map that apply takes as a whole, and at the end m for a list merged as a set or m=key for one
/// merged by that key, with further keys that apply knows an element by; l and l=key are lists that apply alone merges so. Names, types and
/// required numbers are those of the client library's models, and the tests hold every type to them; the other columns are kept by hand.
/// </remarks>
internal static class KindTable
{
    private const string ResourceName = "Sidecars.EmbeddedCluster.Schemas.kinds.txt";

    private static readonly Dictionary<string, TypeShape> Scalars = new(StringComparer.Ordinal)
    {
        ["string"] = new(ValueForm.String, "string"),
        ["int"] = new(ValueForm.Int, "int64"),
        ["bool"] = new(ValueForm.Bool, "bool"),
        ["float"] = new(ValueForm.Float, "float64"),
        ["quantity"] = new(ValueForm.Quantity, "resource.Quantity"),
        ["intstr"] = new(ValueForm.IntOrString, "intstr.IntOrString"),
        ["time"] = new(ValueForm.Time, "v1.Time"),
        ["microtime"] = new(ValueForm.MicroTime, "v1.MicroTime"),
        ["bytes"] = new(ValueForm.Bytes, "[]uint8"),
        ["any"] = new(ValueForm.Any, "interface {}"),
    };

    private static readonly Dictionary<string, TypeShape> Structs = Read();

    /// <summary>The shape of a type of the table such as <c>core.PersistentVolume</c>.</summary>
    public static TypeShape Find(string type) => Structs[type];

    private static Dictionary<string, TypeShape> Read()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(ResourceName)
            ?? throw new InvalidOperationException($"The program was built without its table of kinds, {ResourceName}.");
        using var reader = new StreamReader(stream);
        var lines = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);

        const string typeLine = "type ";
        var structs = lines.Where(line => line.StartsWith(typeLine, StringComparison.Ordinal))
            .Select(line => line.Split(' '))
            .ToDictionary(
                words => words[1], words => new TypeShape(ValueForm.Struct, words[1][(words[1].IndexOf('.') + 1)..]) { FullName = words[1], IsAtomic = words.Length > 2 }, StringComparer.Ordinal);

        TypeShape? current = null;
        foreach (var line in lines)
            if (line.StartsWith(typeLine, StringComparison.Ordinal)) current = structs[line.Split(' ')[1]];
            else AddField(current!, line.Split(' ', StringSplitOptions.RemoveEmptyEntries), structs);
        foreach (var shape in structs.Values)
            shape.AlwaysWritten.AddRange(shape.Fields.Values.Where(field => field.IsAlwaysWritten));
        return structs;
    }

    private static void AddField(TypeShape owner, string[] words, Dictionary<string, TypeShape> structs)
    {
        var (name, type, number, flags) = (words[0], words[1], words[2], words[3]);
        var lists = flags.IndexOfAny(['m', 'l']);
        var tags = lists < 0 ? flags : flags[..lists];
        string[] keys = lists >= 0 && flags.Length > lists + 1 ? flags[(lists + 2)..].Split(',') : [];
        var isStrategic = lists >= 0 && flags[lists] == 'm';
        owner.Fields[name] = new FieldShape(name, Resolve(type, structs), tags.Contains('o'), tags.Contains('z'), tags.Contains('p'))
        {
            Number = number == "-" ? [] : [.. number.Split('.').Select(part => int.Parse(part, CultureInfo.InvariantCulture))],
            MergeKey = isStrategic && keys.Length > 0 ? keys[0] : null,
            MergesScalars = isStrategic && keys.Length == 0,
            ApplyKeys = keys,
            IsApplySet = lists >= 0 && keys.Length == 0,
            IsAtomic = tags.Contains('a'),
            RetainsKeys = tags.Contains('r'),
        };
    }

    private static TypeShape Resolve(string type, Dictionary<string, TypeShape> structs)
    {
        if (type.StartsWith("{}", StringComparison.Ordinal)) return structs[type[2..]];
        if (type.StartsWith("[]", StringComparison.Ordinal)) return new(ValueForm.List, "list") { Element = Resolve(type[2..], structs) };
        if (type.StartsWith("map:", StringComparison.Ordinal)) return new(ValueForm.Map, "map") { Element = Resolve(type[4..], structs) };
        return Scalars[type];
    }
}
