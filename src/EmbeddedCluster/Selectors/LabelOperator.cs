namespace Sidecars.EmbeddedCluster;

/// <summary>How a label requirement compares.</summary>
internal enum LabelOperator
{
    In,
    NotIn,
    Exists,
    DoesNotExist,
    GreaterThan,
    LessThan,
}
