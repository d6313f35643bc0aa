using System.IO.Compression;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.Kubernetes.Watching;
using Sidecars.Tests.Support;

namespace Sidecars.Kubernetes.Tests.Watching;

/// <summary>What is read of one page, however its bytes are cut.</summary>
public sealed class ListPageTests
{
    private const string A = """{"metadata":{"name":"a","resourceVersion":"3"},"provisioner":"p"}""";

    private static readonly string[][] s_pages =
    [
        ["""{"kind":"L","apiVersion":"v1","metadata":{"resourceVersion":"9","continue":"more","remainingItemCount":4},"items":[@A,{"metadata":{"name":"b","resourceVersion":"4"}}]}""", "a3 b4 Ended 9 more"],
        ["""{ "items" : [ @A ] , "metadata" : { "resourceVersion" : "9" } }""" + "\n", "a3 Ended 9 "],
        ["""{"metadata":{"resourceVersion":"9"},"items":[]}""", "Ended 9 "],
        ["""{"metadata":{"resourceVersion":"9"},"items":null}""", "Ended 9 "],
        ["""{"others":[[{"items":[{}]}],"}",{}],"more":{"metadata":{"resourceVersion":"1"}},"items":[@A],"metadata":{"resourceVersion":"9"}}""", "a3 Ended 9 "],
        ["""{"items":[{"metadata":{"name":"x","namespace":"n","uid":"u","resourceVersion":"5"},"provisioner":7},@A],"metadata":{"resourceVersion":"9"}}""",
            "unreadable n/x u 5 $.provisioner: expected a string, found Number|a3 Ended 9 "],
        ["""{"items":[7,null,[],@A],"metadata":{"resourceVersion":"9"}}""", "unreadable|unreadable|unreadable|a3 Ended 9 "],
        ["""{"items":[{"metadata":{"name":"deep"},"parameters":@D},@A],"metadata":{"resourceVersion":"9"}}""", "unreadable deep|a3 Ended 9 "],
        ["""{"kind":"Status"}""", "Garbled the answer is no list"],
        ["[]", "Garbled the list cannot be read: it is no object"],
        ["""{"items":7}""", "Garbled the list cannot be read: its items are no list"],
        ["""{"metadata":[],"items":[@A]}""", "Garbled the list cannot be read: "],
        ["""{"items":[@A,{"metadata":""", "a3 Broken the answer ended in the middle of the list"],
        ["""{"items":[@A]""", "a3 Broken the answer ended in the middle of the list"],
        ["""{"items":[@A,{]}}""", "a3 Garbled the list cannot be read: "],
        ["", "Broken the answer ended in the middle of the list"],
    ];

    private static string Deep => new string('[', 100) + new string(']', 100);

    [TestCaseSource(nameof(s_pages))]
    public async Task A_page_is_read_object_by_object_however_it_is_cut(string template, string expected)
    {
        var page = template.Replace("@A", A, StringComparison.Ordinal).Replace("@D", Deep, StringComparison.Ordinal);
        for (var piece = 1; piece <= Math.Max(1, page.Length); piece = piece < 40 ? piece + 1 : piece * 2)
        {
            var read = await Read(Encoding.UTF8.GetBytes(page), piece);
            Assert.That(read, Does.Match(Pattern(expected)), $"in pieces of {piece}");
        }
    }

    [Test]
    public async Task A_packed_page_is_unpacked_on_the_way_and_one_cut_short_is_no_page()
    {
        var page = Encoding.UTF8.GetBytes("""{"metadata":{"resourceVersion":"9"},"items":[""" + string.Join(',', Enumerable.Repeat(A, 3000)) + "]}");
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) await gzip.WriteAsync(page);
        Assert.That(await Read(packed.ToArray(), 100, "gzip"), Does.EndWith("a3 a3 Ended 9 "));
        Assert.That(await Read(packed.ToArray()[..^300], 100, "gzip"), Does.Contain("a3").And.Contain("Broken"));
        Assert.That(await Read([.. packed.ToArray()[..50], .. new byte[50]], 100, "gzip"), Does.Contain("Broken"), "garbage is a broken connection too");
    }

    [Test]
    public async Task An_object_larger_than_every_buffer_is_read()
    {
        var large = """{"metadata":{"name":"a","resourceVersion":"3","annotations":{"k":"@"}}}""".Replace("@", new string('x', 1_000_000), StringComparison.Ordinal);
        Assert.That(await Read(Encoding.UTF8.GetBytes("""{"metadata":{"resourceVersion":"9"},"items":[""" + large + "]}"), 5000), Is.EqualTo("a3 Ended 9 "));
    }

    private static string Pattern(string expected) => "^" + string.Join(".*", expected.Split('|').Select(System.Text.RegularExpressions.Regex.Escape));

    private static async Task<string> Read(byte[] bytes, int piece, string? encoding = null)
    {
        using var response = new HttpResponseMessage { Content = new StreamContent(new Pieces(bytes, piece)) };
        if (encoding is not null) response.Content.Headers.ContentEncoding.Add(encoding);
        await using var page = new ListPage<StorageClass>(await AnswerBody.Open(response, new FakeTimeProvider(), default), Resources.StorageClasses.Item, TimeSpan.FromSeconds(60));
        var read = new StringBuilder();
        while (true)
        {
            var line = await page.Next().WithinLimit();
            switch (line.Kind)
            {
                case WatchLineKind.Added:
                    read.Append($"{line.Object!.Name}{line.Object.Metadata.ResourceVersion} ");
                    continue;
                case WatchLineKind.Unreadable:
                    Assert.That(line.Object?.Key, Is.EqualTo(line.Unreadable!.Key.Name.Length is 0 || line.Unreadable.Key.Name is "deep" ? null : line.Unreadable.Key), "what can be read of it");
                    read.Append($"unreadable {line.Unreadable.Key} {line.Unreadable.Uid} {line.Unreadable.Version} {line.Unreadable.What} ");
                    continue;
                case WatchLineKind.Ended:
                    return read.Append($"Ended {page.Metadata.ResourceVersion} {page.Metadata.Continue}").ToString();
                default:
                    return read.Append($"{line.Kind} {line.Failure}").ToString();
            }
        }
    }

    /// <summary>Bytes that come a few at a time.</summary>
    private sealed class Pieces(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer.Length > piece ? buffer[..piece] : buffer, cancellationToken);
    }
}
