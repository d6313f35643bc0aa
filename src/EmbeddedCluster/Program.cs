using Sidecars.EmbeddedCluster;

if (args is ["bench", .. var rest] && !rest.Contains("--help")) return await SpeedBench.Run(rest, Console.Out);
return await ClusterProgram.Run(args is ["bench", ..] ? ["--help"] : args, Console.Out, Console.Error);
