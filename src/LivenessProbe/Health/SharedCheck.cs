namespace Sidecars.LivenessProbe.Health;

/// <summary>
/// Lets everybody who asks at the same time share one check (liveness contract 8, L3): a driver that hangs has one Probe to answer, however
/// many ask. A check that nobody waits for any more is cancelled, and who asks next starts another once that one is over: there are never two.
/// </summary>
internal sealed class SharedCheck(Func<CancellationToken, Task<Verdict>> check)
{
    private readonly Lock _lock = new();
    private Flight? _current;
    private Task _over = Task.CompletedTask; // when the check before the current one has ended, one way or the other

    /// <summary>The verdict of the check under way, or of a new one; throws only when <paramref name="aborted"/> was asked for.</summary>
    public async Task<Verdict> Ask(CancellationToken aborted)
    {
        var flight = Board();
        try
        {
            return await flight.Result.WaitAsync(aborted);
        }
        finally
        {
            if (Leave(flight)) await flight.End();
        }
    }

    private Flight Board()
    {
        lock (_lock)
        {
            if (_current is null || _current.Result.IsCompleted)
            {
                _current = new Flight(check, _over);
                _over = _current.Over;
            }
            _current.Waiting++;
            return _current;
        }
    }

    /// <summary>Whether the last one who waited is gone.</summary>
    private bool Leave(Flight flight)
    {
        lock (_lock)
        {
            if (--flight.Waiting > 0) return false;
            if (_current == flight) _current = null;
            return true;
        }
    }

#pragma warning disable CA1001 // The last who leaves ends it, and with it what it owns.
    private sealed class Flight
#pragma warning restore CA1001
    {
        private readonly CancellationTokenSource _abandoned = new();

        public Flight(Func<CancellationToken, Task<Verdict>> check, Task before)
        {
            // On the pool: what runs before the check's first wait must not run under the lock.
            Result = Task.Run(async () =>
            {
                await before;
                return await check(_abandoned.Token);
            });
            Over = Result.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        public Task<Verdict> Result { get; }

        /// <summary>Completes with <see cref="Result"/>, and never fails.</summary>
        public Task Over { get; }

        public int Waiting { get; set; }

        /// <summary>Breaks the check off where it still runs, and waits for its end.</summary>
        public async Task End()
        {
            if (!Result.IsCompleted) await _abandoned.CancelAsync();
            await Over;
            _abandoned.Dispose();
        }
    }
}
