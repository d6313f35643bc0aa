using System.Text.Json;
using Sidecars.ClusterDriverRegistrar.Objects;
using Sidecars.Kubernetes.Http;

namespace Sidecars.ClusterDriverRegistrar.Registration;

/// <summary>
/// An open watch of one object by its name. It only says that something happened: what is true now is read anew each time, so there is no
/// version to resume from and none that can expire. A read that begins after the watch was opened misses nothing.
/// </summary>
internal sealed class ObjectWatch : IDisposable
{
    /// <summary>A watch that has gone silent is not noticed before its time is over; the object must be looked at every two minutes all the same.</summary>
    private static readonly TimeSpan s_shortest = TimeSpan.FromSeconds(50);

    private static readonly TimeSpan s_aWhile = TimeSpan.FromSeconds(10);

    /// <summary>What the server may be late in closing the stream before it counts as silent.</summary>
    private static readonly TimeSpan s_silenceMargin = TimeSpan.FromSeconds(5);

    private readonly HttpResponseMessage _response;
    private readonly StreamReader _lines;
    private readonly CancellationTokenSource _silence;
    private readonly TimeProvider _time;
    private readonly long _opened;

    private ObjectWatch(HttpResponseMessage response, Stream body, TimeSpan limit, TimeProvider time)
    {
        (_response, _lines, _time, _opened) = (response, new StreamReader(body), time, time.GetTimestamp());
        _silence = new CancellationTokenSource(limit, time);
    }

    /// <summary>Whether it was open for a while, as it is behind a proxy that ends what is idle; one that ends sooner should not be followed by another at once.</summary>
    public bool IsServed => _time.GetElapsedTime(_opened) >= s_aWhile;

    /// <summary>Opens a watch that the server closes after one to two minutes.</summary>
    public static async Task<ApiResult<ObjectWatch>> OpenAsync(ApiClient api, string name, TimeProvider time, Func<double> random, CancellationToken stop)
    {
        var limit = s_shortest * (1 + random());
        var selector = Uri.EscapeDataString($"metadata.name={name}");
        var opened = await api.OpenAsync($"{RegistrarResources.Drivers.CollectionPath}?watch=true&fieldSelector={selector}&timeoutSeconds={(int)limit.TotalSeconds}", stop);
        if (!opened.IsSuccess) return opened.Failure;
        return new ObjectWatch(opened.Value, await opened.Value.Content.ReadAsStreamAsync(stop), limit + s_silenceMargin, time);
    }

    /// <summary>Waits for the next change, or the end. Throws only when <paramref name="stop"/> was asked for.</summary>
    public async Task<WatchStep> NextAsync(CancellationToken stop)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, _silence.Token);
        try
        {
            if (await _lines.ReadLineAsync(either.Token) is not { } line) return WatchStep.End(null);
            var note = JsonSerializer.Deserialize(line, RegistrarJson.Default.WatchNote);
            return note?.Type is "ADDED" or "MODIFIED" or "DELETED"
                ? WatchStep.To(note.Object?.Metadata?.ResourceVersion ?? 0)
                : WatchStep.End(note?.Object?.Message ?? $"the server sent an event of type {note?.Type}");
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or HttpRequestException or JsonException)
        {
            stop.ThrowIfCancellationRequested();
            return WatchStep.End(_silence.IsCancellationRequested ? "the server did not close the watch in time" : e.Message);
        }
    }

    public void Dispose()
    {
        _lines.Dispose();
        _response.Dispose();
        _silence.Dispose();
    }
}
