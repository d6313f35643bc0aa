namespace Sidecars.Kubernetes.Tests.Leading;

/// <summary>The weather of the property tests: six of ten requests or their answers are lost, refused or late.</summary>
internal static class LeaseWeather
{
    public static Weather Some(Random random) => random.Next(10) switch
    {
        0 => new Weather(LostBefore: true),
        1 => new Weather(LostAfter: true),
        2 => new Weather(Refuses: 500),
        3 => new Weather(Before: TimeSpan.FromSeconds(random.NextDouble() * 20)),
        4 => new Weather(After: TimeSpan.FromSeconds(random.NextDouble() * 20)),
        5 => new Weather(Before: TimeSpan.FromSeconds(random.NextDouble() * 4), After: TimeSpan.FromSeconds(random.NextDouble() * 4)),
        _ => default,
    };
}
