namespace Sidecars.Hosting.Logging;

/// <summary>
/// A logger's category split for the header: the class name stands where klog has file and line, and the last part of the namespace
/// where JSON has the directory.
/// </summary>
internal sealed record KlogCategory(string Class, string Folder)
{
    public static KlogCategory None { get; } = new("", "");

    public static KlogCategory Of(string category)
    {
        var name = category.AsSpan();
        // A generic type's arguments and arity are noise in a header.
        if (name.IndexOfAny('`', '[', '<') is > 0 and var generic) name = name[..generic];
        var dot = name.LastIndexOf('.');
        var type = name[(dot + 1)..];
        var outer = dot < 0 ? [] : name[..dot];
        var folder = outer[(outer.LastIndexOf('.') + 1)..];
        if (type.LastIndexOf('+') is >= 0 and var nested) type = type[(nested + 1)..];
        return new KlogCategory(type.ToString(), folder.ToString());
    }
}
