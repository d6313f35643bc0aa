using System.Diagnostics.CodeAnalysis;

namespace Sidecars.Kubernetes.Http;

/// <summary>The answer to a request: an object, or a failure. Exactly one of the two is there.</summary>
/// <typeparam name="T">Type of the object.</typeparam>
public readonly struct ApiResult<T> where T : class
{
    private ApiResult(T? value, ApiFailure? failure) => (Value, Failure) = (value, failure);

    /// <summary>The object the server answered with.</summary>
    public T? Value { get; }

    /// <summary>Why there is none.</summary>
    public ApiFailure? Failure { get; }

    /// <summary>True when <see cref="Value"/> is there.</summary>
    [MemberNotNullWhen(true, nameof(Value)), MemberNotNullWhen(false, nameof(Failure))]
    public bool IsSuccess => Failure is null;

    /// <summary>A success.</summary>
    public static implicit operator ApiResult<T>(T value) => new(value, null);

    /// <summary>A failure.</summary>
    public static implicit operator ApiResult<T>(ApiFailure failure) => new(null, failure);
}
