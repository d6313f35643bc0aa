using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster;

/// <summary>
/// A set of fields of an object, as a tree of the steps that lead to them. A step is written as <c>managedFields</c> writes it: <c>f:</c> and a
/// name, <c>k:</c> and the keys of a list's element, <c>v:</c> and an element of a set. It can be changed until it is handed on; what two sets make
/// is a new one.
/// </summary>
internal sealed class FieldSet
{
    private const string Self = ".";

    private readonly SortedDictionary<string, FieldSet> _children = new(StringComparer.Ordinal);

    /// <summary>True when the place the steps lead to is in the set itself, and not only something beneath it.</summary>
    public bool IsMember { get; set; }

    public bool IsEmpty => !IsMember && _children.Count == 0;

    public bool HasChildren => _children.Count > 0;

    public IReadOnlyDictionary<string, FieldSet> Children => _children;

    public FieldSet? Child(string step) => _children.GetValueOrDefault(step);

    /// <summary>Puts what is beneath a step into the set; nothing where that is empty.</summary>
    public void Add(string step, FieldSet child)
    {
        if (!child.IsEmpty) _children[step] = child;
    }

    public static FieldSet Union(FieldSet? one, FieldSet? other)
    {
        var union = new FieldSet { IsMember = one?.IsMember == true || other?.IsMember == true };
        foreach (var step in Steps(one).Union(Steps(other))) union.Add(step, Union(one?.Child(step), other?.Child(step)));
        return union;
    }

    public static FieldSet Intersection(FieldSet? one, FieldSet? other)
    {
        var common = new FieldSet { IsMember = one?.IsMember == true && other?.IsMember == true };
        foreach (var step in Steps(one).Intersect(Steps(other))) common.Add(step, Intersection(one!.Child(step), other!.Child(step)));
        return common;
    }

    /// <summary>The members of the first that are none of the second. What is beneath a member of the second stays.</summary>
    public static FieldSet Difference(FieldSet? one, FieldSet? other)
    {
        var rest = new FieldSet { IsMember = one?.IsMember == true && other?.IsMember != true };
        foreach (var step in Steps(one)) rest.Add(step, Difference(one!.Child(step), other?.Child(step)));
        return rest;
    }

    /// <summary>The set with nothing but what is beneath one step, or with everything but that.</summary>
    public FieldSet Only(string step, bool keepsIt)
    {
        var part = new FieldSet { IsMember = IsMember && !keepsIt };
        foreach (var (name, child) in _children)
            if (name == step == keepsIt) part.Add(name, child);
        return part;
    }

    /// <summary>Every member, as the steps that lead to it.</summary>
    public IEnumerable<IReadOnlyList<string>> Members(IReadOnlyList<string>? before = null)
    {
        before ??= [];
        if (IsMember) yield return before;
        foreach (var (step, child) in _children)
            foreach (var member in child.Members([.. before, step])) yield return member;
    }

    public bool Equals(FieldSet other) => IsMember == other.IsMember && _children.Count == other._children.Count
        && _children.All(child => other.Child(child.Key) is { } same && child.Value.Equals(same));

    public JsonObject ToJson()
    {
        var content = new JsonObject();
        if (IsMember && HasChildren) content[Self] = new JsonObject();
        foreach (var (step, child) in _children) content[step] = child.ToJson();
        return content;
    }

    /// <summary>Reads what <see cref="ToJson"/> wrote; steps of a form nobody knows are passed over.</summary>
    public static FieldSet Parse(JsonObject? content)
    {
        var set = new FieldSet();
        foreach (var (step, child) in content ?? [])
            if (step == Self) set.IsMember = true;
            else if (!IsStep(step)) continue;
            else if (child is JsonObject { Count: > 0 } fields) set.Add(step, Parse(fields));
            else set.Add(step, new FieldSet { IsMember = true });
        return set;
    }

    /// <summary>A member as messages show it: <c>.spec.containers[name="a"].image</c>.</summary>
    public static string Show(IReadOnlyList<string> steps)
    {
        var text = new StringBuilder();
        foreach (var step in steps)
            text.Append(step[..2] switch
            {
                "k:" => $"[{string.Join(',', JsonNode.Parse(step[2..])!.AsObject().Select(key => $"{key.Key}={Plain(key.Value)}"))}]",
                "v:" => $"[={step[2..]}]",
                "i:" => $"[{step[2..]}]",
                _ => $".{step[2..]}",
            });
        return text.ToString();
    }

    private static string Plain(JsonNode? value) => value?.ToJsonString(FieldErrors.Plain) ?? "null";

    private static bool IsStep(string step)
    {
        if (step.Length < 2 || step[1] != ':' || step[0] is not ('f' or 'k' or 'v' or 'i')) return false;
        if (step[0] != 'k') return true;
        try
        {
            return JsonNode.Parse(step[2..]) is JsonObject;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static IEnumerable<string> Steps(FieldSet? set) => set?._children.Keys ?? Enumerable.Empty<string>();
}
