namespace Sidecars.Hosting.Http;

/// <summary>
/// Lets everybody who asks at the same time share one check: whoever is checked has one question to answer, however many ask. A check that
/// nobody waits for any more is cancelled, and who asks next starts another once that one is over: there are never two.
/// </summary>
public sealed class SharedCheck<T>(Func<CancellationToken, Task<T>> check)
{
    private readonly Lock _lock = new();
    private Flight? _current;
    private Task _over = Task.CompletedTask; // when the check before the current one has ended, one way or the other

    /// <summary>The outcome of the check under way, or of a new one; throws only when <paramref name="aborted"/> was asked for, or what the check throws.</summary>
    public async Task<T> Ask(CancellationToken aborted)
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

        public Flight(Func<CancellationToken, Task<T>> check, Task before)
        {
            // On the pool: what runs before the check's first wait must not run under the lock.
            Result = Task.Run(async () =>
            {
                await before;
                return await check(_abandoned.Token);
            });
            Over = Result.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        public Task<T> Result { get; }

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
