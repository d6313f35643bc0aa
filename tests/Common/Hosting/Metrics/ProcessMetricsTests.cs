using Sidecars.Hosting.Metrics;

namespace Sidecars.Hosting.Tests.Metrics;

[TestFixture]
internal sealed class ProcessMetricsTests
{
    private string _root = null!;

    [SetUp]
    public void CreateProc()
    {
        _root = Directory.CreateTempSubdirectory("proc").FullName;
        Directory.CreateDirectory(Path.Combine(_root, "self/fd"));
        Directory.CreateDirectory(Path.Combine(_root, "self/net"));
    }

    [TearDown]
    public void RemoveProc() => Directory.Delete(_root, recursive: true);

    [Test]
    public void Values_come_from_the_files_of_the_kernel()
    {
        // A command name with a blank and a parenthesis, as the kernel allows it.
        Write("self/stat", "7 (a) b) S 1 7 7 0 -1 4194304 100 0 0 0 250 150 0 0 20 0 9 0 12345 1048576 256 18446744073709551615 1 1");
        Write("stat", "cpu 1 2 3\nbtime 1700000000\nprocesses 5\n");
        Write("self/limits", "Limit                     Soft Limit           Hard Limit           Units     \n" +
            "Max open files            1024                 524288               files     \n" +
            "Max address space         unlimited            unlimited            bytes     \n");
        Write("self/net/netstat", "TcpExt: A B\nTcpExt: 1 2\nIpExt: InNoRoutes InOctets OutOctets\nIpExt: 0 111 222\n");
        Write("self/fd/0", "");
        Write("self/fd/1", "");
        var read = PromReader.Read(Scrape());
        Assert.That(read["process_cpu_seconds_total"], Is.EqualTo(4));
        Assert.That(read["process_start_time_seconds"], Is.EqualTo(1_700_000_123.45));
        Assert.That(read["process_virtual_memory_bytes"], Is.EqualTo(1_048_576));
        Assert.That(read["process_resident_memory_bytes"], Is.EqualTo(256 * Environment.SystemPageSize));
        Assert.That(read["process_open_fds"], Is.EqualTo(2));
        Assert.That(read["process_max_fds"], Is.EqualTo(1024));
        Assert.That(read["process_virtual_memory_max_bytes"], Is.EqualTo((double)ulong.MaxValue));
        Assert.That(read["process_network_receive_bytes_total"], Is.EqualTo(111));
        Assert.That(read["process_network_transmit_bytes_total"], Is.EqualTo(222));
        Assert.That(read.Helps["process_start_time_seconds"], Does.StartWith("[ALPHA] "));
    }

    [Test]
    public void What_cannot_be_read_is_left_out()
    {
        Directory.Delete(Path.Combine(_root, "self/fd"));
        Assert.That(PromReader.Read(Scrape()).Samples, Is.Empty);
    }

    [Test]
    public void This_process_has_all_families()
    {
        var registry = new MetricRegistry();
        ProcessMetrics.RegisterStartTime(registry, alpha: false);
        ProcessMetrics.Register(registry);
        RuntimeMetrics.Register(registry);
        RuntimeMetrics.RegisterBuildInfo(registry, "v1", "abc");
        var read = PromReader.Read(MetricsTextTests.Text(registry));
        Assert.That(read["process_resident_memory_bytes"], Is.GreaterThan(1_000_000));
        Assert.That(read["process_start_time_seconds"],
            Is.EqualTo(ProcessMetrics.ReadStartTime(TimeProvider.System).ToUnixTimeMilliseconds() / 1000.0).Within(0.01));
        Assert.That(read["dotnet_gc_heap_bytes"], Is.GreaterThan(0));
        Assert.That(read.Families, Does.Contain("csi_sidecar_build_info").And.Contain("dotnet_gc_collections_total"));
    }

    private string Scrape()
    {
        var registry = new MetricRegistry();
        ProcessMetrics.RegisterStartTime(registry, procRoot: _root);
        ProcessMetrics.Register(registry, _root);
        return MetricsTextTests.Text(registry);
    }

    private void Write(string file, string text) => File.WriteAllText(Path.Combine(_root, file), text);
}
