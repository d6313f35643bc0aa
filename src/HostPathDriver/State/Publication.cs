namespace Sidecars.HostPathDriver.State;

/// <summary>A volume made available to a node by ControllerPublishVolume; <see cref="Mode"/> is the access mode's number.</summary>
internal sealed record Publication(string Volume, string Node, bool IsReadOnly, int Mode);
