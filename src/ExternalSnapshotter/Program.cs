using Sidecars.ControllerManager;
using Sidecars.ExternalSnapshotter;

return await ControllerProcess.RunAsync(SnapshotterProgram.Describe(), args);
