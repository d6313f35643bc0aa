using Sidecars.ControllerManager;
using Sidecars.ExternalAttacher;
using Sidecars.ExternalProvisioner;

// The provisioner's command line; the attacher goes by its defaults.
var provisioner = ProvisionerProgram.Describe();
var both = provisioner with { Sidecars = gates => [.. provisioner.Sidecars(gates), AttacherProgram.Sidecar(new AttacherOptions())] };
return await ControllerProcess.RunAsync(both, args);
