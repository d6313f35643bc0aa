using System.Text;

namespace Sidecars.Csi;

/// <summary>Orders keys by their UTF-8 bytes, as the Go programs do; ordinal order of UTF-16 differs beyond the basic plane.</summary>
internal sealed class Utf8Comparer : IComparer<string>
{
    internal static readonly Utf8Comparer Instance = new();

    public int Compare(string? x, string? y) => Encoding.UTF8.GetBytes(x ?? "").AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y ?? ""));
}
