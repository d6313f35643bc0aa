using Sidecars.EmbeddedCluster;

if (args is ["bench", .. var rest]) return await SpeedBench.Run(rest, Console.Out);
return await ClusterProgram.Run(args, Console.Out, Console.Error);
