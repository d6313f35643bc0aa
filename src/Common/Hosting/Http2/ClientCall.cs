using System.Buffers;
using System.Globalization;
using Sidecars.Hosting.Http2.Hpack;

namespace Sidecars.Hosting.Http2;

/// <summary>One question and its whole answer, up to a limit; a longer answer breaks the call off.</summary>
internal sealed class ClientCall : Http2Stream
{
    /// <summary>Octets of a body: what gRPC takes too unless it is told otherwise.</summary>
    internal const int LongestBody = 4 * 1024 * 1024;

    private readonly TaskCompletionSource<Http2Message> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ArrayBufferWriter<byte> _body = new();
    private IReadOnlyList<HeaderField>? _fields;
    private IReadOnlyList<HeaderField>? _trailers;

    /// <summary>The answer; fails with <see cref="Http2ResetException"/> where the call is broken off.</summary>
    public Task<Http2Message> Answer => _answer.Task;

    public override Http2Error? OnHeaders(HeaderList list, bool isEnd)
    {
        if (list.IsTooLarge) return new Http2Error(Http2ErrorCode.EnhanceYourCalm, $"the answer has header fields of more than {Http2Limits.AnswerFields} octets");
        if (list.Fields.Any(f => f.Name.Length is 0 || f.Name.AsSpan().ContainsAnyInRange('A', 'Z'))) return Malformed("a field has no name, or one with capitals");
        if (_fields is null && IsInterim(list.Fields)) return isEnd ? Malformed("it ends before it began") : null;
        if (_fields is null) _fields = list.Fields;
        else if (!isEnd || list.Fields.Any(f => f.Name[0] is ':')) return Malformed("its head comes twice");
        else _trailers = list.Fields;
        return null;
    }

    public override Http2Error? OnData(ReadOnlySpan<byte> part)
    {
        if (_fields is null) return Malformed("its body comes before its head");
        if (_body.WrittenCount + part.Length > LongestBody) return new Http2Error(Http2ErrorCode.EnhanceYourCalm, $"the answer is longer than {LongestBody} octets");
        _body.Write(part);
        return null;
    }

    public override Http2Error? OnEnd()
    {
        if (_fields is null) return Malformed("it has no head");
        _answer.TrySetResult(new Http2Message(_fields, _body.WrittenMemory, _trailers));
        // Whoever answers before the question is through does not want the rest of it.
        return HasSentAll ? null : new Http2Error(Http2ErrorCode.Cancel, "answered before the question was through");
    }

    public override void OnBroken(Http2Error why) => _answer.TrySetException(new Http2ResetException(why.Code, why.Reason));

    /// <summary>Only the news that another head will follow, as an answer of status 100 is.</summary>
    private static bool IsInterim(IReadOnlyList<HeaderField> fields) =>
        fields.Any(f => f.Name is ":status" && int.TryParse(f.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status < 200);

    private static Http2Error Malformed(string how) => Http2Error.Protocol($"the answer is malformed: {how}");
}
