using System.Buffers;
using System.Text;
using Sidecars.Hosting.Metrics;

namespace Sidecars.Kubernetes.Tests;

internal static class MetricText
{
    public static string Text(this MetricRegistry registry)
    {
        var buffer = new ArrayBufferWriter<byte>();
        MetricsText.Write(buffer, [registry]);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
