using Microsoft.Extensions.Logging;
using Sidecars.ClusterDriverRegistrar.Objects;
using Sidecars.Hosting;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;

namespace Sidecars.ClusterDriverRegistrar.Registration;

/// <summary>
/// Makes one driver's object what it is to be, as far as that may be done: creates it where it is missing, changes what can be changed where
/// that was asked for, and otherwise says what differs. It never deletes in order to recreate (registrar contract B2). One look at a time.
/// </summary>
internal sealed partial class Registrar(DriverObject item, CsiDriverSpec wanted, bool reconciles, RegistrarMetrics metrics, TimeProvider time, ILogger log)
{
    // Whoever deletes or changes the object against us again and again is answered at once at first, then every ten seconds.
    private const int WritesAtOnce = 5;
    private const double WritesPerSecond = 0.1;

    private readonly RequestThrottle _pace = new(WritesPerSecond, WritesAtOnce, time);
    private readonly OptionalRight _reading = new();
    private ulong _judged; // version of the object that was looked at last
    private string? _uid; // of the object that was seen last

    /// <summary>Whether this version of the object was looked at already.</summary>
    public bool HasJudged(ulong version) => version > 0 && version == _judged;

    /// <summary>Looks at the object, and does what is to be done.</summary>
    public async Task<Settlement> SettleAsync(CancellationToken stop)
    {
        if (!_reading.TakeTurn()) return await Create(stop);
        var read = await item.GetAsync(stop);
        if (_reading.Used(read.Failure is { IsForbidden: true })) Log.Blind(log, item.Name, read.Failure!.ToString());
        if (read.IsSuccess)
        {
            _uid = read.Value.Metadata.Uid;
            return await Judge(read.Value, stop);
        }
        if (read.Failure.IsNotFound) metrics.InOrder(false);
        return read.Failure.IsNotFound || read.Failure.IsForbidden ? await Create(stop) : Settlement.Failed("get", read.Failure);
    }

    /// <summary>
    /// Deletes the object at the end of the program; an object that is gone is fine, and another one in its place is somebody else's. False
    /// when it may still be there.
    /// </summary>
    public async Task<bool> DeleteAsync()
    {
        using var limit = new TimeLimit(DriverObject.EndLimit, time, CancellationToken.None);
        ApiResult<MetadataOnly> deleted;
        try
        {
            deleted = await item.DeleteAsync(_uid, limit.Token);
        }
        catch (OperationCanceledException) when (limit.HasPassed)
        {
            metrics.Wrote("delete", succeeded: false);
            Log.NotDeletedInTime(log, item.Name, DriverObject.EndLimit);
            return false;
        }
        var isDone = deleted.Failure is null or { IsNotFound: true } or { IsOtherUid: true };
        metrics.Wrote("delete", isDone);
        metrics.InOrder(false);
        if (!isDone) Log.NotDeleted(log, item.Name, deleted.Failure!.ToString(), Advice.On(deleted.Failure, "delete"));
        else if (deleted.Value is { IsBeingDeleted: true } left) Log.HeldAtTheEnd(log, item.Name, string.Join(", ", left.Metadata.Finalizers ?? []));
        else Log.Deleted(log, item.Name);
        return isDone;
    }

    private async Task<Settlement> Create(CancellationToken stop)
    {
        await _pace.TakeAsync(stop);
        var created = await item.CreateAsync(wanted, stop);
        // Another replica was first, or we may not see the object: what it says is judged when it can be read.
        if (created.Failure is { IsAlreadyExists: true })
        {
            if (_reading.IsMissing) metrics.InOrder(true); // as far as anybody here can tell
            Log.Exists(log, item.Name);
            return Settlement.Exists;
        }
        metrics.Wrote("create", created.IsSuccess);
        if (!created.IsSuccess)
        {
            metrics.InOrder(false);
            return Settlement.Failed("create", created.Failure);
        }
        var notTaken = TakeIn(created.Value);
        Log.Created(log, item.Name);
        Tell(notTaken);
        return Settlement.Exists;
    }

    private async Task<Settlement> Judge(CsiDriver found, CancellationToken stop)
    {
        if (HasJudged(found.Metadata.ResourceVersion)) return found.IsBeingDeleted ? Settlement.Leaving : Settlement.Exists;
        if (found.IsBeingDeleted)
        {
            _judged = found.Metadata.ResourceVersion;
            metrics.InOrder(false);
            Log.BeingDeleted(log, item.Name, string.Join(", ", found.Metadata.Finalizers ?? []));
            return Settlement.Leaving;
        }
        var differences = SpecDifference.Between(wanted, found.Spec);
        metrics.InOrder(differences.Count is 0);
        foreach (var difference in differences.Where(d => !d.IsMutable)) Log.Immutable(log, item.Name, difference.Field, difference.FoundText, difference.WantedText);
        var changes = differences.Where(d => d.IsMutable).ToList();
        if (changes.Count > 0 && reconciles) return await Reconcile(changes, found.Metadata.ResourceVersion, stop);
        foreach (var change in changes) Log.Differs(log, item.Name, change.Field, change.FoundText, change.WantedText);
        if (differences.Count is 0) Log.Equal(log, item.Name);
        _judged = found.Metadata.ResourceVersion;
        return Settlement.Exists;
    }

    /// <summary>Changes all in one patch, or one by one where the server refuses them together: older servers fix more fields than today's.</summary>
    private async Task<Settlement> Reconcile(List<SpecDifference> changes, ulong version, CancellationToken stop)
    {
        var settled = await Patch(changes, stop);
        if (settled.Failure is not { Code: 422 } refused) return settled;
        if (changes.Count is 1)
        {
            // Nothing will be different the next time, unless somebody changes the object.
            _judged = version;
            Log.Refused(log, item.Name, changes[0].Field, changes[0].FoundText, changes[0].WantedText, refused.ToString());
            return Settlement.Exists;
        }
        foreach (var change in changes)
        {
            settled = await Reconcile([change], version, stop);
            if (settled.Failure is not null)
            {
                _judged = 0; // the rest is still to be done
                return settled;
            }
            if (_judged > version) version = _judged;
        }
        return settled;
    }

    private async Task<Settlement> Patch(List<SpecDifference> changes, CancellationToken stop)
    {
        await _pace.TakeAsync(stop);
        var patched = await item.PatchAsync(SpecDifference.Patch(changes), stop);
        metrics.Wrote("patch", patched.IsSuccess);
        if (!patched.IsSuccess) return Settlement.Failed("patch", patched.Failure);
        var notTaken = TakeIn(patched.Value);
        foreach (var change in changes.Where(c => notTaken.All(n => n.Field != c.Field))) Log.Changed(log, item.Name, change.Field, change.FoundText, change.WantedText);
        Tell(notTaken.Where(n => changes.Exists(c => c.Field == n.Field)));
        return Settlement.Exists;
    }

    /// <summary>What the server did not keep of what was written: it drops fields it does not know, or whose feature is off, without a word.</summary>
    private IReadOnlyList<SpecDifference> TakeIn(CsiDriver stored)
    {
        (_judged, _uid) = (stored.Metadata.ResourceVersion, stored.Metadata.Uid);
        var differences = SpecDifference.Between(wanted, stored.Spec);
        metrics.InOrder(differences.Count is 0);
        return differences;
    }

    private void Tell(IEnumerable<SpecDifference> notTaken)
    {
        foreach (var difference in notTaken.Where(d => d.IsMutable))
            Log.NotTaken(log, item.Name, difference.Field, difference.FoundText, difference.WantedText);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Created CSIDriver: {CSIDriver}")]
        public static partial void Created(ILogger logger, string csiDriver);

        [LoggerMessage(2, LogLevel.Debug, "The CSIDriver exists: {CSIDriver}")]
        public static partial void Exists(ILogger logger, string csiDriver);

        [LoggerMessage(3, LogLevel.Information, "The CSIDriver exists and says what it should: {CSIDriver}")]
        public static partial void Equal(ILogger logger, string csiDriver);

        [LoggerMessage(4, LogLevel.Error,
            "The CSIDriver differs in a field that cannot be changed; delete the object while no volume of the driver is in use, or put the driver and flags right: {CSIDriver} {field} {found} {wanted}")]
        public static partial void Immutable(ILogger logger, string csiDriver, string field, string found, string wanted);

        [LoggerMessage(5, LogLevel.Warning, "The CSIDriver differs and is left as it is; --reconcile=true would change it: {CSIDriver} {field} {found} {wanted}")]
        public static partial void Differs(ILogger logger, string csiDriver, string field, string found, string wanted);

        [LoggerMessage(6, LogLevel.Information, "Changed the CSIDriver: {CSIDriver} {field} {found} {wanted}")]
        public static partial void Changed(ILogger logger, string csiDriver, string field, string found, string wanted);

        [LoggerMessage(7, LogLevel.Warning,
            "The server did not keep a field of the CSIDriver; it may be older than the field, or the field's feature gate is off: {CSIDriver} {field} {found} {wanted}")]
        public static partial void NotTaken(ILogger logger, string csiDriver, string field, string found, string wanted);

        [LoggerMessage(14, LogLevel.Error,
            "The server refuses the change of a field of the CSIDriver, and it stays as it is; a server older than 1.29 fixes fields that are free today: {CSIDriver} {field} {found} {wanted} {err}")]
        public static partial void Refused(ILogger logger, string csiDriver, string field, string found, string wanted, string err);

        [LoggerMessage(8, LogLevel.Warning, "The CSIDriver is being deleted and held by finalizers; it is created anew when it is gone: {CSIDriver} {finalizers}")]
        public static partial void BeingDeleted(ILogger logger, string csiDriver, string finalizers);

        [LoggerMessage(9, LogLevel.Warning,
            "Not allowed to read the CSIDriver, so that it is only created and never compared; grant the verbs get and watch on csidrivers to the service account: {CSIDriver} {err}")]
        public static partial void Blind(ILogger logger, string csiDriver, string err);

        [LoggerMessage(10, LogLevel.Information, "Deleted the CSIDriver: {CSIDriver}")]
        public static partial void Deleted(ILogger logger, string csiDriver);

        [LoggerMessage(13, LogLevel.Warning, "The CSIDriver is deleted as soon as the finalizers that hold it are gone: {CSIDriver} {finalizers}")]
        public static partial void HeldAtTheEnd(ILogger logger, string csiDriver, string finalizers);

        [LoggerMessage(11, LogLevel.Error, "Could not delete the CSIDriver, delete it by hand: {CSIDriver} {err} {advice}")]
        public static partial void NotDeleted(ILogger logger, string csiDriver, string err, string advice);

        [LoggerMessage(12, LogLevel.Error, "Could not delete the CSIDriver in time, delete it by hand if it is still there: {CSIDriver} {limit}")]
        public static partial void NotDeletedInTime(ILogger logger, string csiDriver, TimeSpan limit);
    }
}
