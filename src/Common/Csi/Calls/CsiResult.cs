using System.Diagnostics.CodeAnalysis;

namespace Sidecars.Csi;

/// <summary>What a CSI call came to: an answer or an error, never both, never neither. Controllers look at it instead of catching.</summary>
public readonly record struct CsiResult<T> where T : class
{
    private CsiResult(T? response, CsiError? error) => (Response, Error) = (response, error);

    /// <summary>The driver's answer; null on error.</summary>
    public T? Response { get; }

    /// <summary>Why there is no answer; null on success.</summary>
    public CsiError? Error { get; }

    /// <summary>Whether there is an answer.</summary>
    [MemberNotNullWhen(true, nameof(Response))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsOk => Response is not null;

    /// <summary>A success.</summary>
    public static implicit operator CsiResult<T>(T response) => new(response, null);

    /// <summary>A failure.</summary>
    public static implicit operator CsiResult<T>(CsiError error) => new(null, error);

    /// <summary>The same outcome with the answer turned into something else; an error stays as it is.</summary>
    public CsiResult<TOther> Map<TOther>(Func<T, CsiResult<TOther>> turn) where TOther : class => IsOk ? turn(Response) : Error;
}
