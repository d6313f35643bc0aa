using Sidecars.Documentation.Tests.Flags;
using Sidecars.Documentation.Tests.Sources;

namespace Sidecars.Documentation.Tests.Metrics;

/// <summary>docs/metrics.md has what the programs register and show, and nothing else.</summary>
internal sealed class MetricPageTests
{
    /// <summary>Has a label that only drivers with a built-in predecessor have.</summary>
    private const string Calls = "csi_sidecar_operations_seconds";

    /// <summary>Has no series before something is missing, so that no healthy program shows it.</summary>
    private const string MissingRight = "csi_sidecar_missing_right";

    private static readonly Dictionary<string, string> s_folders = new(StringComparer.Ordinal)
    {
        ["ExternalProvisioner"] = "csi-provisioner",
        ["ExternalAttacher"] = "csi-attacher",
        ["ExternalSnapshotter"] = "csi-snapshotter",
        ["ExternalResizer"] = "csi-resizer",
        ["SnapshotController"] = "snapshot-controller",
        ["ClusterDriverRegistrar"] = "csi-cluster-driver-registrar",
        ["NodeDriverRegistrar"] = "csi-node-driver-registrar",
        ["LivenessProbe"] = "livenessprobe",
    };

    private static IEnumerable<string> Programs() => RunningPrograms.All.Keys;

    [Test]
    public void The_page_has_every_family_that_is_registered_and_no_other() =>
        Assert.That(MetricPage.Metrics.Select(metric => metric.Name), Is.EquivalentTo(Registration.All.Select(registration => registration.Name).Distinct()));

    [Test]
    public void Type_and_labels_are_those_of_the_registration()
    {
        foreach (var registration in Registration.All)
        {
            var metric = MetricPage.Metrics.Single(metric => metric.Name == registration.Name);
            Assert.That(metric.Type, Is.EqualTo(registration.Type), metric.Name);
            if (registration.Labels is { } labels) Assert.That(metric.Labels, Is.EqualTo(labels), metric.Name);
            else Assert.That(metric.Name, Is.EqualTo(Calls), "the labels of a family stand in its registration");
        }
    }

    [Test]
    public void Every_row_says_what_it_means_and_when_to_worry()
    {
        foreach (var metric in MetricPage.Metrics)
        {
            Assert.That(metric.Says, Is.Not.Empty, metric.Name);
            Assert.That(metric.Worry, Is.Not.Empty, metric.Name);
            Assert.That(metric.Programs, Is.Not.Empty.And.SubsetOf(ShippedPrograms.All.Keys), metric.Name);
        }
    }

    [Test]
    public void A_family_that_a_program_registers_is_under_that_program()
    {
        foreach (var registration in Registration.All.Where(registration => registration.Folder is not "Common"))
            Assert.That(MetricPage.Metrics.Single(metric => metric.Name == registration.Name).Programs, Is.EqualTo((string[])[s_folders[registration.Folder]]), registration.Name);
    }

    /// <summary>Both ways for what the common parts register; what a program registers itself need not have happened yet.</summary>
    [TestCaseSource(nameof(Programs))]
    public async Task What_a_running_program_shows_is_on_the_page(string program)
    {
        var shown = Exposition.Read(await RunningPrograms.All[program]());
        foreach (var family in shown)
        {
            var metric = MetricPage.Metrics.SingleOrDefault(metric => metric.Name == family.Name);
            Assert.That(metric, Is.Not.Null, family.Name);
            Assert.That(metric!.Programs, Does.Contain(program), family.Name);
            Assert.That(metric.Type, Is.EqualTo(family.Type), family.Name);
            Assert.That(metric.Labels.Where(label => label is not "migrated"), Is.EquivalentTo(family.Labels), family.Name);
        }
        var common = Registration.All.Where(registration => registration.Folder is "Common").Select(registration => registration.Name).Except([MissingRight]);
        var documented = MetricPage.Metrics.Where(metric => metric.Programs.Contains(program)).Select(metric => metric.Name);
        Assert.That(documented.Intersect(common).Except(shown.Select(family => family.Name)), Is.Empty, "the page says that the program shows them");

        var queues = shown.SingleOrDefault(family => family.Name is "workqueue_depth")?.Names ?? new HashSet<string>();
        var onPage = MetricPage.Queues.Where(queue => queue.Program == program).Select(queue => queue.Name.Replace("<driver>", "csi.example.com", StringComparison.Ordinal)).ToList();
        Assert.That(queues, Is.SubsetOf(onPage));
        Assert.That(onPage.Except(queues).Except(TextsOf(program)), Is.Empty, "no queue of the program has that name");
    }

    [Test]
    public void Missing_rights_are_shown_by_the_programs_that_ask_for_rights()
    {
        System.Reflection.Assembly[] controllers =
        [
            typeof(ExternalProvisioner.ProvisionerProgram).Assembly, typeof(ExternalAttacher.AttacherProgram).Assembly, typeof(ExternalSnapshotter.SnapshotterProgram).Assembly,
            typeof(ExternalResizer.ResizerProgram).Assembly, typeof(SnapshotController.SnapshotControllerProgram).Assembly,
            typeof(ClusterDriverRegistrar.RegistrarFlags).Assembly, typeof(NodeDriverRegistrar.RegistrarFlags).Assembly, typeof(LivenessProbe.ProbeFlags).Assembly,
        ];
        var asking = controllers.Where(program => program.GetReferencedAssemblies().Any(name => name.Name == typeof(ControllerManager.ControllerProcess).Assembly.GetName().Name));
        Assert.That(MetricPage.Metrics.Single(metric => metric.Name is MissingRight).Programs, Is.EquivalentTo(asking.Select(program => program.GetName().Name)));
    }

    /// <summary>A registrar on every node has no port to spare, and its original has no metrics either.</summary>
    [Test]
    public void Every_program_with_metrics_is_run() =>
        Assert.That(RunningPrograms.All.Keys, Is.EquivalentTo(ShippedPrograms.All.Keys.Except(["csi-node-driver-registrar"])));

    private static IEnumerable<string> TextsOf(string program)
    {
        var folder = s_folders.Single(pair => pair.Value == program).Key;
        return Repository.ShippedSources().Where(path => path.Contains($"/src/{folder}/", StringComparison.Ordinal)).SelectMany(path => CSharpText.Of(File.ReadAllText(path))).Select(text => text.Text);
    }
}
