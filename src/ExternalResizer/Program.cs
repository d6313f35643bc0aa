using Sidecars.ControllerManager;
using Sidecars.ExternalResizer;

return await ControllerProcess.RunAsync(ResizerProgram.Describe(), args);
