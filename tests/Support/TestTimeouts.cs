namespace Sidecars.Tests.Support;

/// <summary>The limit every await in a test has: far above what a healthy run needs, short enough that a hang is a failure.</summary>
public static class TestTimeouts
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Fails with <see cref="TimeoutException"/> when the task takes longer than the limit.</summary>
    public static Task WithinLimit(this Task task, TimeSpan? limit = null) => task.WaitAsync(limit ?? Limit, TimeProvider.System);

    /// <inheritdoc cref="WithinLimit(Task, TimeSpan?)"/>
    public static Task<T> WithinLimit<T>(this Task<T> task, TimeSpan? limit = null) => task.WaitAsync(limit ?? Limit, TimeProvider.System);

    /// <inheritdoc cref="WithinLimit(Task, TimeSpan?)"/>
    public static Task WithinLimit(this ValueTask task, TimeSpan? limit = null) => task.AsTask().WithinLimit(limit);

    /// <inheritdoc cref="WithinLimit(Task, TimeSpan?)"/>
    public static Task<T> WithinLimit<T>(this ValueTask<T> task, TimeSpan? limit = null) => task.AsTask().WithinLimit(limit);
}
