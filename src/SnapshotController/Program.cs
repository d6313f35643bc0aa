using Sidecars.ControllerManager;
using Sidecars.SnapshotController;

return await ControllerProcess.RunAsync(SnapshotControllerProgram.Describe(), args);
