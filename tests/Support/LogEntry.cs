using Microsoft.Extensions.Logging;

namespace Sidecars.Tests.Support;

/// <summary>One line of a log as it was formatted.</summary>
public sealed record LogEntry(LogLevel Level, string Text, Exception? Exception);
