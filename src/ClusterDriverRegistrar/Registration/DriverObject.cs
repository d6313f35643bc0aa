using Sidecars.ClusterDriverRegistrar.Objects;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ClusterDriverRegistrar.Registration;

/// <summary>
/// The requests about one driver's object. A conflict is tried again at once, a few times (registrar contract A5); everything else is the
/// caller's to judge.
/// </summary>
internal sealed class DriverObject(ApiClient api, string driver, TimeProvider time, Func<double> random)
{
    private const int MostTries = 5;
    private const double Jitter = 0.1;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(10);

    /// <summary>How long the deletion at the end may take; a write that is still under way before it has as long. A container runtime waits 30 seconds before it kills.</summary>
    internal static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(10);

    private readonly ObjectKey _key = new(null, driver);

    public string Name => driver;

    public Task<ApiResult<CsiDriver>> GetAsync(CancellationToken stop) => api.GetAsync(RegistrarResources.Drivers, _key, stop);

    public Task<ApiResult<CsiDriver>> CreateAsync(CsiDriverSpec spec, CancellationToken stop) =>
        Write(() => api.CreateAsync(RegistrarResources.Drivers, CsiDriver.Of(driver, spec), stop), stop);

    public Task<ApiResult<CsiDriver>> PatchAsync(ReadOnlyMemory<byte> patch, CancellationToken stop) =>
        Write(() => api.PatchAsync(RegistrarResources.Drivers, _key, null, patch, MediaTypes.MergePatch, stop), stop);

    /// <summary>Deletes the object of that uid, or whichever has the name where nobody could see one.</summary>
    public Task<ApiResult<MetadataOnly>> DeleteAsync(string? uid, CancellationToken stop) =>
        Insistently(() => api.DeleteAsync(RegistrarResources.Drivers, _key, uid, stop, abandon: stop), stop);

    /// <summary>Opens a watch of this one object.</summary>
    public Task<ApiResult<ObjectWatch>> WatchAsync(CancellationToken stop) => ObjectWatch.OpenAsync(api, driver, time, random, stop);

    /// <summary>No write is begun once the program is to end: after a deletion that was to be the last word it would undo it.</summary>
    private Task<ApiResult<CsiDriver>> Write(Func<Task<ApiResult<CsiDriver>>> send, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        return Insistently(send, stop);
    }

    private async Task<ApiResult<T>> Insistently<T>(Func<Task<ApiResult<T>>> send, CancellationToken stop) where T : class
    {
        for (var tries = 1; ; tries++)
        {
            var result = await send();
            if (result.IsSuccess || !result.Failure.IsConflict || result.Failure.IsOtherUid || tries == MostTries) return result;
            await Task.Delay(s_pause * (1 + Jitter * random()), time, stop);
        }
    }
}
