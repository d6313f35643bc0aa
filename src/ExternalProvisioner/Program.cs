using Sidecars.ControllerManager;
using Sidecars.ExternalProvisioner;

return await ControllerProcess.RunAsync(ProvisionerProgram.Describe(), args);
