using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Sidecars.EmbeddedCluster;
using Sidecars.Tests.Support;

namespace Sidecars.Playground.Tests.Display;

/// <summary>What a terminal of some size shows of a board with more on it than fits.</summary>
internal sealed class FrameTests
{
    private readonly FakeTimeProvider _time = new();

    [TestCase(80, 24)]
    [TestCase(60, 24)]
    [TestCase(60, 12)]
    [TestCase(40, 8)]
    [TestCase(200, 60)]
    public async Task Nothing_wraps_or_scrolls_away(int width, int height)
    {
        var board = await Board(claims: 40);
        board.Invite([.. Enumerable.Range(1, 9).Select(i => $"  try {i}")]);
        var lines = Frame.Of(board, width, height);
        Assert.Multiple(() =>
        {
            Assert.That(lines, Has.Count.LessThan(height));
            Assert.That(lines.Select(line => line.Text.Length), Is.All.LessThanOrEqualTo(width));
            Assert.That(lines.Count(line => line.Text.StartsWith("pvc ", StringComparison.Ordinal)), Is.GreaterThan(0));
            Assert.That(lines.Count(line => line.Text.StartsWith("CSI calls: ", StringComparison.Ordinal)), Is.EqualTo(1));
            Assert.That(lines.Select(line => line.Text), Has.Some.EqualTo("  try 1"));
        });
    }

    [Test]
    public async Task At_sixty_columns_a_row_still_says_what_became_of_whom()
    {
        var board = await Board(claims: 2);
        var lines = Frame.Of(board, 60, 24).Select(line => line.Text).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(lines, Has.Some.EqualTo("pvc claim-1  waiting for a volume"));
            Assert.That(lines[0], Is.EqualTo("OBJECT       STATE"));
        });
    }

    [Test]
    public async Task Where_there_is_too_little_room_what_changed_last_stays_and_the_rest_is_counted()
    {
        var board = await Board(claims: 40);
        var lines = Frame.Of(board, 80, 24).Select(line => line.Text).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(lines[0], Does.Match(@"^OBJECT +STATE \(the last \d+ of 40 objects, 0 are gone\)$"));
            Assert.That(lines, Has.Some.Match("^pvc claim-40 "));
            Assert.That(lines, Has.None.Match("^pvc claim-1 "));
        });
    }

    [Test]
    public async Task Those_that_are_gone_make_room_first()
    {
        var board = await Board(claims: 15, gone: 14);
        var lines = Frame.Of(board, 80, 24).Select(line => line.Text).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(lines, Has.Some.Match("^pvc claim-15 +waiting"), "it lives, though it changed before the others went");
            Assert.That(lines, Has.Some.Match("^pvc claim-14 +gone"), "there was room for the last of the others");
        });
    }

    [Test]
    public void News_have_the_time_of_their_happening_as_in_the_plain_output_and_a_second_line_where_they_need_it()
    {
        var board = new Board(_time);
        _time.Advance(TimeSpan.FromSeconds(12.5));
        board.Tell("PersistentVolumeClaim default/my-request-for-storage: event Resizing: External resizer is resizing volume of the claim");
        _time.Advance(TimeSpan.FromSeconds(5));
        var lines = Frame.Of(board, 60, 24).Select(line => line.Text).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(lines, Has.Some.EqualTo("[  12.50s] pvc my-request-for-storage: event Resizing: Exter"));
            Assert.That(lines, Has.Some.EqualTo("           nal resizer is resizing volume of the claim"));
            Assert.That(board.News.Single().ToString(), Does.StartWith("[  12.50s] PersistentVolumeClaim default/my-request-for-storage: event"));
        });
    }

    [Test]
    public void A_large_terminal_has_all_of_the_invitation_and_a_small_one_its_beginning()
    {
        var board = new Board(_time);
        board.Invite([.. Enumerable.Range(1, 9).Select(i => $"try {i}")]);
        Assert.Multiple(() =>
        {
            Assert.That(Frame.Of(board, 80, 50).Select(line => line.Text), Has.Some.EqualTo("try 9"));
            Assert.That(Frame.Of(board, 80, 24).Select(line => line.Text), Has.Some.EqualTo("try 4").And.None.EqualTo("try 5"));
        });
    }

    /// <summary>Claims that wait; the first ones are gone again by now.</summary>
    private async Task<Board> Board(int claims, int gone = 0)
    {
        await using var cluster = await ClusterServer.StartAsync().WithinLimit();
        foreach (var definition in Manifests.SnapshotDefinitions()) _ = cluster.Storage.Create("customresourcedefinitions", definition).Value;
        var board = new Board(_time);
        using var stop = new CancellationTokenSource();
        var following = board.Follow(cluster.Storage, stop.Token);
        for (var number = 1; number <= claims; number++) _ = cluster.Storage.Create("persistentvolumeclaims", Claim(number)).Value;
        for (var number = 1; number <= gone; number++) _ = cluster.Storage.Delete("persistentvolumeclaims", "default", $"claim-{number}").Value;
        while (true)
        {
            var next = board.NextChange;
            if (board.Objects.Count == claims && board.Objects.Count(one => one.IsGone) == gone) break;
            await next.WithinLimit();
        }

        await stop.CancelAsync();
        await following.WithinLimit();
        return board;
    }

    private static JsonObject Claim(int number) => JsonNode.Parse(
        "{\"metadata\":{\"name\":\"claim-NUMBER\",\"namespace\":\"default\"},\"spec\":{\"accessModes\":[\"ReadWriteOnce\"],\"resources\":{\"requests\":{\"storage\":\"1Gi\"}}}}"
            .Replace("NUMBER", $"{number}", StringComparison.Ordinal))!.AsObject();
}
