using Sidecars.ControllerManager;
using Sidecars.ExternalAttacher;

return await ControllerProcess.RunAsync(AttacherProgram.Describe(), args);
