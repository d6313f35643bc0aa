using Sidecars.Kubernetes.Objects;

namespace Sidecars.Kubernetes.Caching;

/// <summary>
/// What one reader of a store reads: it hands over those parts of an object that came in to the object that is kept. Several readers
/// of one store hand over to the same object, which so ends up with what any of them reads; each must set nothing but what it takes
/// from <paramref name="read"/>, and must not rely on what another hands over. Name, namespace and version are there already. A reader
/// that looks at its own objects more closely than at others' decides here, by the object.
/// </summary>
/// <typeparam name="T">Kind of the objects.</typeparam>
/// <param name="read">The object as the server sent it; not kept itself, but its parts may be.</param>
/// <param name="kept">The object that goes into the store.</param>
public delegate void Reading<in T>(T read, T kept) where T : KubeObject;
