namespace Sidecars.EmbeddedCluster.Tests;

internal sealed class ProgramTests
{
    [TestCase("--port", "--port needs a value")]
    [TestCase("--port=many", "many is not a port")]
    [TestCase("--port=70000", "70000 is not a port")]
    [TestCase("--colour", "unknown argument --colour")]
    [TestCase("--token=justaname", "--token needs USER=TOKEN")]
    [TestCase("--node=n1", "--node needs NAME=FOLDER")]
    [TestCase("--node=N_1=/tmp/n1", "--node N_1: a lowercase RFC 1123 subdomain")]
    public async Task Arguments_that_make_no_sense_end_it_with_a_reason(string argument, string expected)
    {
        await using var errors = new StringWriter();

        var code = await ClusterProgram.Run([argument], TextWriter.Null, errors).WaitAsync(TestLimits.Wait);

        Assert.That(code, Is.EqualTo(2));
        Assert.That(errors.ToString(), Does.Contain(expected).And.EndWith("\nembedded-cluster --help lists the arguments.\n").And.Not.Contain("usage:"));
    }

    [TestCase("--port=0", false)]
    [TestCase("--admission", true)]
    [TestCase("--with-controllers", true)]
    [TestCase("--node=n1=/tmp/n1", true)]
    public void A_cluster_whose_controllers_run_admits_as_a_whole_one_does(string argument, bool expected) =>
        Assert.That(ClusterArguments.Parse([argument]).Arguments?.UseAdmission, Is.EqualTo(expected));

    [TestCase("--help")]
    [TestCase("-h")]
    [TestCase("help")]
    public async Task Asked_for_help_it_says_what_it_takes_and_ends_well(string argument)
    {
        await using var output = new StringWriter();
        await using var errors = new StringWriter();

        var code = await ClusterProgram.Run(["--with-controllers", argument], output, errors).WaitAsync(TestLimits.Wait);

        Assert.That((code, errors.ToString()), Is.EqualTo((0, "")));
        Assert.That(output.ToString(), Does.Contain("usage: embedded-cluster").And.Contain("--with-controllers").And.Contain("--node NAME=FOLDER"));
    }

    [TestCase("--crds", "/does/not/exist.yaml")]
    [TestCase("--kubeconfig", "/does/not/exist/kubeconfig")]
    public async Task A_path_that_leads_nowhere_ends_it_with_the_argument_and_a_reason(string argument, string path)
    {
        await using var errors = new StringWriter();

        var code = await ClusterProgram.Run([argument, path], TextWriter.Null, errors).WaitAsync(TestLimits.Wait);

        Assert.That(code, Is.EqualTo(1));
        Assert.That(errors.ToString(), Does.StartWith($"The cluster could not be started: {argument} {path}: "));
    }

    [Test]
    public async Task A_port_that_is_taken_ends_it_with_what_to_do()
    {
        await using var holder = await ClusterServer.StartAsync().WaitAsync(TestLimits.Wait);
        await using var errors = new StringWriter();

        var code = await ClusterProgram.Run([$"--port={holder.Url.Port}"], TextWriter.Null, errors).WaitAsync(TestLimits.Wait);

        Assert.That(code, Is.EqualTo(1));
        Assert.That(errors.ToString(), Does.StartWith($"The cluster could not be started: --port {holder.Url.Port} (left out, it takes a free one): "));
    }

    [Test]
    public async Task Manifests_of_a_directory_are_applied_in_order()
    {
        var folder = Directory.CreateTempSubdirectory("manifests");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "1.json"), Manifest.WidgetDefinition);
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "2.yaml"), "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\nspec: {size: 2}\n---\n# nothing\n");
            await using var cluster = await ClusterServer.StartAsync();

            await cluster.ApplyManifests(folder.FullName);

            Assert.That(cluster.Storage.Get("widgets", "default", "w").IsOk, Is.True);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Test]
    public async Task A_kubeconfig_with_a_token_is_for_its_owner_alone()
    {
        var path = Path.Combine(Path.GetTempPath(), $"kubeconfig-{Guid.NewGuid():N}");
        try
        {
            await using var cluster = await ClusterServer.StartAsync(new ClusterOptions { Users = [new ClusterUser("me", "t0ken")] });
            await cluster.WriteKubeconfig(path, "me");

            Assert.That(await File.ReadAllTextAsync(path), Does.Contain("token: \"t0ken\"").And.Contain(cluster.Url.GetLeftPart(UriPartial.Authority)));
            if (!OperatingSystem.IsWindows()) Assert.That(File.GetUnixFileMode(path), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
            Assert.That(async () => await cluster.WriteKubeconfig(path, "stranger"), Throws.ArgumentException);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
