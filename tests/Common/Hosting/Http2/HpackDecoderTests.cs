using System.Buffers;
using FsCheck;
using FsCheck.Fluent;
using Sidecars.Hosting.Http2;

namespace Sidecars.Hosting.Tests.Http2;

/// <summary>Header blocks; the sequences are the examples of RFC 7541, appendix C.</summary>
internal sealed class HpackDecoderTests
{
    private const int Longest = 16 * 1024;

    [Test] // C.3: the second and third block refer to what the first put into the table
    public void Plain_requests_of_one_connection()
    {
        var decoder = new HpackDecoder(Longest);
        Assert.That(Read(decoder, "828684410f7777772e6578616d706c652e636f6d"), Is.EqualTo(":method GET, :scheme http, :path /, :authority www.example.com"));
        Assert.That(Read(decoder, "828684be58086e6f2d6361636865"),
            Is.EqualTo(":method GET, :scheme http, :path /, :authority www.example.com, cache-control no-cache"));
        Assert.That(Read(decoder, "828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565"),
            Is.EqualTo(":method GET, :scheme https, :path /index.html, :authority www.example.com, custom-key custom-value"));
    }

    [Test] // C.4
    public void Huffman_coded_requests_of_one_connection()
    {
        var decoder = new HpackDecoder(Longest);
        Assert.That(Read(decoder, "828684418cf1e3c2e5f23a6ba0ab90f4ff"), Is.EqualTo(":method GET, :scheme http, :path /, :authority www.example.com"));
        Assert.That(Read(decoder, "828684be5886a8eb10649cbf"), Does.EndWith("cache-control no-cache"));
        Assert.That(Read(decoder, "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf"), Does.EndWith("custom-key custom-value"));
    }

    [TestCase("400a637573746f6d2d6b65790d637573746f6d2d686561646572", "custom-key custom-header")] // C.2.1
    [TestCase("040c2f73616d706c652f70617468", ":path /sample/path")] // C.2.2
    [TestCase("100870617373776f726406736563726574", "password secret")] // C.2.3
    [TestCase("82", ":method GET")] // C.2.4
    public void Each_form_of_a_field(string block, string expected) => Assert.That(Read(new HpackDecoder(Longest), block), Is.EqualTo(expected));

    [TestCase("80", Description = "index 0")]
    [TestCase("be", Description = "an index nobody has")]
    [TestCase("ffffffffff7f", Description = "a number beyond counting")]
    [TestCase("ff80", Description = "a number that does not end")]
    [TestCase("0005616263", Description = "a text that ends early")]
    [TestCase("00", Description = "a field without texts")]
    [TestCase("3fe21f", Description = "a table larger than allowed")]
    [TestCase("8220", Description = "a change of the table after a field")]
    [TestCase("0084ffffffff00", Description = "the end of the string inside it")]
    [TestCase("00811800", Description = "padding that is not all ones")]
    [TestCase("008207ff00", Description = "padding of an octet and more")]
    public void What_cannot_be_decoded_ends_the_connection(string block) =>
        Assert.That(() => Read(new HpackDecoder(Longest), block), Throws.TypeOf<Http2Exception>().With.Property("Code").EqualTo(Http2ErrorCode.Compression));

    [Test]
    public void A_table_that_is_made_smaller_forgets_the_oldest()
    {
        var decoder = new HpackDecoder(Longest);
        Read(decoder, "400a637573746f6d2d6b65790d637573746f6d2d686561646572");
        Assert.That(Read(decoder, "be"), Is.EqualTo("custom-key custom-header"));
        Assert.That(() => Read(decoder, "20be"), Throws.TypeOf<Http2Exception>());
    }

    [Test]
    public void More_fields_than_allowed_are_too_much() =>
        Assert.That(() => Read(new HpackDecoder(100), "828282"), Throws.TypeOf<Http2Exception>().With.Property("Code").EqualTo(Http2ErrorCode.EnhanceYourCalm));

    [Test]
    public void Arbitrary_octets_are_fields_or_an_error_and_nothing_else() => Prop.ForAll<byte[]>(block =>
    {
        try
        {
            new HpackDecoder(Longest).Decode(block);
        }
        catch (Http2Exception)
        {
            // One of the two outcomes there are.
        }
    }).QuickCheckThrowOnFailure();

    [TestCase(0)]
    [TestCase(126)]
    [TestCase(127)]
    [TestCase(128)]
    [TestCase(255)]
    [TestCase(5000)]
    public void What_we_write_is_read_as_it_was(int length)
    {
        var block = new ArrayBufferWriter<byte>();
        var field = new HeaderField("grpc-message", new string('ä', length));
        HpackWriter.Write(block, field);
        Assert.That(new HpackDecoder(Longest).Decode(block.WrittenSpan), Is.EqualTo(new[] { field }));
    }

    private static string Read(HpackDecoder decoder, string block) =>
        string.Join(", ", decoder.Decode(Convert.FromHexString(block)).Select(f => $"{f.Name} {f.Value}"));
}
