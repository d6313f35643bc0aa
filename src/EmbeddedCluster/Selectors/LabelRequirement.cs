using System.Globalization;

namespace Sidecars.EmbeddedCluster;

/// <summary>One condition on one label. An object without the label satisfies <c>!=</c> and <c>notin</c>.</summary>
internal sealed record LabelRequirement(string Key, LabelOperator Operator, IReadOnlyList<string> Values)
{
    public bool Matches(IReadOnlyDictionary<string, string> labels)
    {
        var present = labels.TryGetValue(Key, out var value);
        return Operator switch
        {
            LabelOperator.In => present && Values.Contains(value!),
            LabelOperator.NotIn => !present || !Values.Contains(value!),
            LabelOperator.Exists => present,
            LabelOperator.DoesNotExist => !present,
            LabelOperator.GreaterThan => present && Compare(value!) > 0,
            _ => present && Compare(value!) < 0,
        };
    }

    private int Compare(string value) =>
        long.TryParse(value, CultureInfo.InvariantCulture, out var number) ? number.CompareTo(long.Parse(Values[0], CultureInfo.InvariantCulture)) : 0;
}
