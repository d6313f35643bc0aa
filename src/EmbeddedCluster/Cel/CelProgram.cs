namespace Sidecars.EmbeddedCluster;

/// <summary>
/// An expression, parsed and checked once, to be evaluated often. It knows the object under <c>self</c> and, where it mentions it, the one before
/// the change under <c>oldSelf</c>.
/// </summary>
internal sealed class CelProgram
{
    private readonly CelNode _node;

    private CelProgram(CelNode node, CelType type, bool usesOldSelf) => (_node, Type, UsesOldSelf) = (node, type, usesOldSelf);

    public CelType Type { get; }

    public bool UsesOldSelf { get; }

    /// <summary>The program, or what is wrong with the text in the words of the real server.</summary>
    public static (CelProgram? Program, string Error) Compile(string text, CelType self)
    {
        var (node, problem) = CelParser.Parse(text);
        if (node is null) return (null, problem.Show(text));
        var (type, problems, names) = CelChecker.Check(node, new Dictionary<string, CelType> { ["self"] = self, ["oldSelf"] = self });
        return problems.Count > 0
            ? (null, string.Join('\n', problems.Select(wrong => wrong.Show(text))))
            : (new CelProgram(node, type, names.Contains("oldSelf")), "");
    }

    /// <summary>The value; a <see cref="CelError"/> where the evaluation failed.</summary>
    public object Run(object self, object? oldSelf) =>
        oldSelf is null ? CelEvaluator.Run(_node, ("self", self)) : CelEvaluator.Run(_node, ("self", self), ("oldSelf", oldSelf));
}
