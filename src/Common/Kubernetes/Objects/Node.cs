namespace Sidecars.Kubernetes.Objects;

/// <summary>A node, as far as the sidecars read it: its labels say where it stands. A store keeps the labels that a reader takes.</summary>
public sealed class Node : KubeObject;
