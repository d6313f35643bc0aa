namespace Sidecars.Charts.Tests;

/// <summary>The library comes as a vendor gets it: packed by <c>helm dependency build</c> from the folder beside, by the committed lock.</summary>
internal sealed class DependencyTests
{
    [TestCase("csi-driver", "minimal")]
    [TestCase("examples/vendor", "values")]
    public async Task A_chart_with_the_packed_library_renders_the_same(string chart, string name)
    {
        var one = ChartCase.Of(chart, name);
        foreach (var helm in Helm.Both)
        {
            var root = $"packed-{helm.Line}-{name}";
            Workspace.CopyOf("csi-sidecars", $"{root}/csi-sidecars");
            var copy = Workspace.CopyOf(chart, $"{root}/{chart}");
            Directory.Delete(Path.Combine(copy, "charts"), recursive: true);

            var built = await helm.Run(["dependency", "build", copy], "");
            Assert.That(built.Succeeded, $"{helm}: {built.Errors}");
            Assert.That(Directory.EnumerateFiles(Path.Combine(copy, "charts")).Select(file => Path.GetFileName(file)), Has.One.StartsWith("csi-sidecars-").And.One.EndsWith(".tgz"), $"{helm}");

            var result = await helm.Template(copy, one.Namespace, one.Values);
            Assert.That(result.Output, Is.EqualTo(await one.Rendered()), $"{helm}: {result.Errors}");
        }
    }

    /// <summary>The library looks at some keys of the application chart beside it; a vendor's chart may call other things so.</summary>
    [TestCase("driver=foo")]
    [TestCase("driver.rbac=foo")]
    [TestCase("commonLabels=foo,commonAnnotations=foo")]
    public async Task A_vendors_own_values_may_be_called_as_those_of_the_application_chart(string values)
    {
        var one = ChartCase.Of("examples/vendor", "values");
        foreach (var helm in Helm.Both)
        {
            var result = await helm.Template(Workspace.Chart("examples/vendor"), one.Namespace, ["--set", values]);
            Assert.That(result.Output, Is.EqualTo(await one.Rendered()), $"{helm}: {result.Errors}");
        }
    }

    [Test]
    public async Task A_vendors_rules_for_the_driver_on_the_nodes_give_its_account_a_token()
    {
        var copy = Workspace.CopyOf("examples/vendor", "vendor-rules");
        var file = Path.Combine(copy, "templates/sidecars.yaml");
        const string Rules = "\"driverRules\" (dict \"node\" (list (dict \"apiGroups\" (list \"\") \"resources\" (list \"nodes\") \"verbs\" (list \"get\"))))";
        var text = await File.ReadAllTextAsync(file);
        await File.WriteAllTextAsync(file, text.Replace("serviceAccounts\" (dict \"root\" $)", $"serviceAccounts\" (dict \"root\" $ {Rules})", StringComparison.Ordinal)
            .Replace("(dict \"root\" $ \"classes\" $classes)", $"(dict \"root\" $ \"classes\" $classes {Rules})", StringComparison.Ordinal));
        var result = await Helm.Four.Template(copy, "storage", []);
        Assert.That(result.Succeeded, result.Errors);
        var account = Manifest.ReadAll(result.Output).Single(one => one.Kind is "ServiceAccount" && one.Name.EndsWith("-node", StringComparison.Ordinal));
        Assert.That(account.Content["automountServiceAccountToken"]!.GetValue<bool>(), Is.True);
    }
}
