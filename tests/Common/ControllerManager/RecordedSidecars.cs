using System.Threading.Channels;
using Sidecars.Kubernetes.Http;
using Sidecars.Kubernetes.Objects;
using Sidecars.Tests.Support;

namespace Sidecars.ControllerManager.Tests;

/// <summary>Two sidecars without a driver that read a resource each, and in which order they were started and what comes before that was called.</summary>
internal sealed class RecordedSidecars
{
    private readonly List<string> _order = [];
    private readonly Channel<string> _terms = Channel.CreateUnbounded<string>();

    public RecordedSidecars() => Both =
    [
        Reading(Resources.StorageClasses, "first", () => { }, () => Note("first")),
        Reading(Resources.CsiNodes, "second", () => { }, () =>
        {
            Note("second");
            _terms.Writer.TryWrite("started");
        }),
    ];

    /// <summary>What one term is to leave.</summary>
    public static IReadOnlyList<string> OneTerm { get; } = ["filled", "first", "second"];

    public Sidecar[] Both { get; }

    public IReadOnlyList<string> Order
    {
        get
        {
            lock (_order) return [.. _order];
        }
    }

    /// <summary>To be called once the stores are complete.</summary>
    public void Filled() => Note("filled");

    /// <summary>The sidecars of a term that nobody has waited for yet have been started.</summary>
    public Task Started() => _terms.Reader.ReadAsync().WithinLimit();

    /// <summary>A sidecar that reads one resource.</summary>
    public static Sidecar Reading<T>(Resource<T> resource, string name, Action composed, Action started) where T : KubeObject, new() => new()
    {
        Name = name,
        LeaseOf = _ => name,
        EventComponentOf = _ => name,
        Compose = context =>
        {
            context.Stores.Of(resource, (_, _) => { });
            composed();
            return new Probe(started);
        },
    };

    private void Note(string what)
    {
        lock (_order) _order.Add(what);
    }
}
