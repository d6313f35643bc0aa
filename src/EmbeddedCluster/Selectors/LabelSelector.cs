using System.Diagnostics.CodeAnalysis;

namespace Sidecars.EmbeddedCluster;

/// <summary>A parsed label selector: equality, sets, existence and numeric comparison, all of which must hold.</summary>
internal sealed class LabelSelector
{
    public static readonly LabelSelector Everything = new([]);

    private readonly List<LabelRequirement> _requirements;

    private LabelSelector(List<LabelRequirement> requirements) => _requirements = requirements;

    public bool MatchesEverything => _requirements.Count == 0;

    public bool Matches(IReadOnlyDictionary<string, string> labels)
    {
        foreach (var requirement in _requirements)
            if (!requirement.Matches(labels)) return false;
        return true;
    }

    public static bool TryParse(string text, [NotNullWhen(true)] out LabelSelector? selector, out string error)
    {
        var parser = new LabelSelectorParser(text);
        var requirements = parser.Parse();
        error = parser.Error ?? "";
        selector = parser.Error is null ? new LabelSelector(requirements) : null;
        return selector is not null;
    }
}
