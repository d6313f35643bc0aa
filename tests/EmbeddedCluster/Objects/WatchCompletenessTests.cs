using System.Text.Json.Nodes;

namespace Sidecars.EmbeddedCluster.Tests;

/// <summary>A watch that is open while many write sees every change once and in order, and ends at the state a list shows.</summary>
internal sealed class WatchCompletenessTests
{
    private const int Writers = 8;
    private const int WritesEach = 150;

    [Test]
    public async Task A_watch_neither_misses_nor_repeats_an_event_under_concurrent_writes()
    {
        await using var cluster = await ClusterServer.StartAsync();
        using var api = new ApiClient(cluster.Url);
        using var selective = await api.Watch($"{Manifest.ConfigMaps}?watch=1&labelSelector=even%3Dyes&resourceVersion={cluster.Storage.Version}");
        using var watch = await api.Watch($"{Manifest.ConfigMaps}?watch=1&resourceVersion={cluster.Storage.Version}");
        var start = cluster.Storage.Version;
        var reading = Replay(watch, "end");
        var readingSelected = Replay(selective, "end");

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() => Write(cluster.Storage, writer)))).WaitAsync(TestLimits.Wait);
        _ = cluster.Storage.Create("configmaps", TestStorage.Json("""{"metadata":{"name":"end","namespace":"default","labels":{"even":"yes"}}}""")).Value;
        var (state, versions) = await reading.WaitAsync(TestLimits.Wait);
        var (selectedState, _) = await readingSelected.WaitAsync(TestLimits.Wait);

        Assert.That(versions, Is.EqualTo(Enumerable.Range(1, (int)(cluster.Storage.Version - start)).Select(step => start + step)), "every version once, in order");
        var listed = cluster.Storage.List("configmaps").Items;
        Assert.That(state, Is.EquivalentTo(listed.Select(stored => KeyValuePair.Create(stored.Name, stored.Version))));
        Assert.That(selectedState.Keys, Is.EquivalentTo(listed.Where(stored => stored.Labels.GetValueOrDefault("even") == "yes").Select(stored => stored.Name)));
    }

    [Test]
    public async Task An_in_process_watch_starts_with_the_state_and_goes_on_with_the_changes()
    {
        using var storage = TestStorage.Create();
        _ = storage.Create("persistentvolumes", TestStorage.Json(Manifest.Volume("a"))).Value;
        using var stop = new CancellationTokenSource(TestLimits.Wait);
        var seen = new List<string>();

        await foreach (var change in storage.Watch("persistentvolumes", stop: stop.Token))
        {
            seen.Add($"{change.Type} {change.Object.Name}");
            if (seen.Count == 1) _ = storage.Create("persistentvolumes", TestStorage.Json(Manifest.Volume("b"))).Value;
            if (seen.Count == 2) _ = storage.Delete("persistentvolumes", null, "a").Value;
            if (seen.Count == 3) break;
        }

        Assert.That(seen, Is.EqualTo(new[] { "Added a", "Added b", "Deleted a" }));
    }

    [Test]
    public void An_in_process_watch_that_falls_behind_is_told()
    {
        using var storage = TestStorage.Create();
        var start = storage.Version;
        _ = storage.Create("persistentvolumes", TestStorage.Json(Manifest.Volume("a"))).Value;
        storage.CompactNow();

        Assert.That(
            async () =>
            {
                await foreach (var _ in storage.Watch("persistentvolumes", start)) break;
            },
            Throws.InstanceOf<HistoryExpiredException>());
    }

    [Test]
    public void The_past_is_rebuilt_from_the_history()
    {
        using var storage = TestStorage.Create();
        var table = storage.Objects.Table(storage.Find("persistentvolumes")!);
        var expected = new Dictionary<long, string>();
        var random = new Random(1);
        for (var i = 0; i < 200; i++)
        {
            var name = "v" + random.Next(6);
            if (storage.Get("persistentvolumes", null, name).IsOk)
            {
                if (random.Next(2) == 0) _ = storage.Delete("persistentvolumes", null, name).Value;
                else _ = storage.Patch("persistentvolumes", null, name, PatchKind.Merge, new JsonObject { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["i"] = $"{i}" } } }).Value;
            }
            else _ = storage.Create("persistentvolumes", TestStorage.Json(Manifest.Volume(name))).Value;
            expected[storage.Version] = Show(storage.List("persistentvolumes").Items);
        }

        foreach (var (version, state) in expected)
            Assert.That(Show(table.At(version)!.In("")), Is.EqualTo(state), $"at {version}");
    }

    private static string Show(IEnumerable<StoredObject> objects) => string.Join(" ", objects.Select(stored => $"{stored.Name}@{stored.Version}"));

    private static void Write(Storage storage, int writer)
    {
        for (var i = 0; i < WritesEach; i++)
        {
            var name = $"w{writer}-{i % 10}";
            var content = TestStorage.Json(Manifest.ConfigMap(name, i % 2 == 0 ? """{"even":"yes"}""" : "{}"));
            content["metadata"]!["namespace"] = "default";
            content["data"]!["i"] = $"{i}";
            if (storage.Create("configmaps", content.DeepClone().AsObject()).IsOk) continue;
            if (i % 7 == 0) _ = storage.Delete("configmaps", "default", name).Value;
            else _ = storage.Update("configmaps", content).Value;
        }
    }

    private static async Task<(Dictionary<string, long> State, List<long> Versions)> Replay(WatchReader watch, string last)
    {
        var (state, versions) = (new Dictionary<string, long>(), new List<long>());
        while (await watch.Next() is { } change)
        {
            var name = (string)change["object"]!["metadata"]!["name"]!;
            var version = long.Parse((string)change["object"]!["metadata"]!["resourceVersion"]!, System.Globalization.CultureInfo.InvariantCulture);
            versions.Add(version);
            switch ((string?)change["type"])
            {
                case "ADDED":
                    Assert.That(state.TryAdd(name, version), Is.True, $"{name} was added twice");
                    break;
                case "MODIFIED":
                    Assert.That(state.ContainsKey(name), Is.True, $"{name} was changed before it was added");
                    state[name] = version;
                    break;
                default:
                    Assert.That(state.Remove(name), Is.True, $"{name} was deleted before it was added");
                    break;
            }
            if (name == last) break;
        }
        return (state, versions);
    }
}
