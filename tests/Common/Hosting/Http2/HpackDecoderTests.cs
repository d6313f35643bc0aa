using Sidecars.Hosting.Http2.Hpack;
using Sidecars.Tests.Support;

namespace Sidecars.Hosting.Tests.Http2;

/// <summary>Header compression: the examples of RFC 7541 appendix C, and what is no header block.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class HpackDecoderTests
{
    private readonly HpackDecoder _decoder = new();

    [TestCase("400a637573746f6d2d6b65790d637573746f6d2d686561646572", "custom-key: custom-header", 55, Description = "C.2.1 literal, kept")]
    [TestCase("040c2f73616d706c652f70617468", ":path: /sample/path", 0, Description = "C.2.2 literal, not kept")]
    [TestCase("100870617373776f726406736563726574", "password: secret", 0, Description = "C.2.3 literal, never kept")]
    [TestCase("82", ":method: GET", 0, Description = "C.2.4 indexed")]
    public void Each_form_of_a_field_is_read(string block, string expected, int tableSize)
    {
        Assert.That(Decode(block), Is.EqualTo(expected));
        Assert.That(_decoder.Table.Size, Is.EqualTo(tableSize));
    }

    [TestCase(false, Description = "C.3")]
    [TestCase(true, Description = "C.4")]
    public void Requests_on_one_connection_build_on_each_other(bool isHuffman)
    {
        string[] blocks = isHuffman
            ? ["828684418cf1e3c2e5f23a6ba0ab90f4ff", "828684be5886a8eb10649cbf", "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf"]
            : ["828684410f7777772e6578616d706c652e636f6d", "828684be58086e6f2d6361636865", "828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565"];
        Assert.That(Decode(blocks[0]), Is.EqualTo(":method: GET\n:scheme: http\n:path: /\n:authority: www.example.com"));
        Assert.That(_decoder.Table.Size, Is.EqualTo(57));
        Assert.That(Decode(blocks[1]), Is.EqualTo(":method: GET\n:scheme: http\n:path: /\n:authority: www.example.com\ncache-control: no-cache"));
        Assert.That(_decoder.Table.Size, Is.EqualTo(110));
        Assert.That(Decode(blocks[2]), Is.EqualTo(":method: GET\n:scheme: https\n:path: /index.html\n:authority: www.example.com\ncustom-key: custom-value"));
        Assert.That(_decoder.Table.Size, Is.EqualTo(164));
    }

    [Test(Description = "C.6, with the table of 256 octets that the example has")]
    public void What_does_not_fit_drives_the_oldest_out()
    {
        _decoder.Table.Resize(256);
        Decode("488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3");
        Assert.That(_decoder.Table.Size, Is.EqualTo(222));
        Assert.That(Decode("4883640effc1c0bf"), Is.EqualTo(
            ":status: 307\ncache-control: private\ndate: Mon, 21 Oct 2013 20:13:21 GMT\nlocation: https://www.example.com"));
        Assert.That(_decoder.Table.Size, Is.EqualTo(222));
        Assert.That(Decode("88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007"),
            Is.EqualTo(":status: 200\ncache-control: private\ndate: Mon, 21 Oct 2013 20:13:22 GMT\nlocation: https://www.example.com\ncontent-encoding: gzip\n" +
                "set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1"));
        Assert.That(_decoder.Table.Size, Is.EqualTo(215));
    }

    [TestCase("80", "no header field with index 0")]
    [TestCase("be", "no header field with index 62")]
    [TestCase("7f00", "no header field with index 63")]
    [TestCase("ff", "cut off")]
    [TestCase("ffffffffffff0f", "too large")]
    [TestCase("40", "name of a header field is cut off")]
    [TestCase("400161", "value of a header field is cut off")]
    [TestCase("40016105616263", "value of a header field is cut off")]
    [TestCase("400161811e", "badly encoded", Description = "Huffman: an unfinished code that is no padding")]
    [TestCase("40016184ffffffff", "badly encoded", Description = "Huffman: the end of the string")]
    [TestCase("40016182f8ff", "badly encoded", Description = "Huffman: padding of a whole octet")]
    [TestCase("3fe21f", "exceeds the table", Description = "4097")]
    [TestCase("8220", "behind a header field")]
    public void What_is_no_header_block_is_named(string block, string problem) =>
        Assert.That(_decoder.Decode(Convert.FromHexString(block), new HeaderList(1000)), Does.Contain(problem));

    [Test]
    public void The_table_can_be_emptied_and_used_again()
    {
        Decode("40016101624001630164");
        Assert.That(Decode("203fe11f82"), Is.EqualTo(":method: GET"));
        Assert.That(_decoder.Table.Count, Is.Zero);
        Decode("4001610162");
        Assert.That(Decode("be"), Is.EqualTo("a: b"));
    }

    [Test]
    public void A_field_larger_than_the_table_empties_it_and_is_still_read()
    {
        Decode("4001610162");
        var value = new string('x', 5000);
        var list = new HeaderList(10_000);
        Assert.That(_decoder.Decode([0x40, 1, (byte)'c', 0x7f, 0x89, 0x26, .. value.Select(c => (byte)c)], list), Is.Null);
        Assert.That(list.Fields.Single().Value, Is.EqualTo(value));
        Assert.That(_decoder.Table.Count, Is.Zero);
    }

    [Test]
    public void A_small_block_that_repeats_a_large_field_costs_nothing()
    {
        var value = new string('x', 4000);
        Assert.That(_decoder.Decode([0x40, 1, (byte)'c', 0x7f, 0xa1, 0x1e, .. value.Select(c => (byte)c)], new HeaderList(10_000)), Is.Null);
        var list = new HeaderList(10_000);
        Assert.That(_decoder.Decode(Enumerable.Repeat((byte)0xbe, 10_000).ToArray(), list), Is.Null);
        Assert.That(list.IsTooLarge, Is.True);
        Assert.That(list.Fields, Has.Count.EqualTo(2));
    }

    [TestCase("%2Fvar%2Flib%2Fkubelet%2Fplugins_registry%2Fd.example.com-reg.sock")]
    [TestCase("")]
    public void The_code_of_strings_is_read(string text) => Assert.That(Huffman.Decode(HuffmanText.Encode(text)), Is.EqualTo(text));

    [Test]
    public void The_code_of_strings_leaves_no_gap_and_no_overlap()
    {
        var used = 0.0;
        foreach (var length in Huffman.Lengths) used += Math.Pow(2, -length);
        Assert.That(used, Is.EqualTo(1.0));
    }

    private string Decode(string block)
    {
        var list = new HeaderList(10_000);
        Assert.That(_decoder.Decode(Convert.FromHexString(block), list), Is.Null);
        return string.Join('\n', list.Fields.Select(f => $"{f.Name}: {f.Value}"));
    }
}
