# Sourced by the scripts beside it: the programs that ship, by the name of their binary, and the project of each.
declare -A projects=(
  [csi-provisioner]=src/ExternalProvisioner/ExternalProvisioner.csproj
  [csi-attacher]=src/ExternalAttacher/ExternalAttacher.csproj
  [csi-snapshotter]=src/ExternalSnapshotter/ExternalSnapshotter.csproj
  [csi-resizer]=src/ExternalResizer/ExternalResizer.csproj
  [snapshot-controller]=src/SnapshotController/SnapshotController.csproj
  [csi-node-driver-registrar]=src/NodeDriverRegistrar/NodeDriverRegistrar.csproj
  [livenessprobe]=src/LivenessProbe/LivenessProbe.csproj
  [csi-cluster-driver-registrar]=src/ClusterDriverRegistrar/ClusterDriverRegistrar.csproj
)

# Those that speak to nobody but the driver and the kubelet, on sockets, and so need no TLS.
declare -A without_tls=([csi-node-driver-registrar]=yes [livenessprobe]=yes)

# What lies in src and is in no program that ships.
not_shipped=(src/Bench src/EmbeddedCluster src/HostPathDriver src/Playground)

# source_commit: the last one that changed what the programs are made of; nothing outside a checkout, or where there are changes that no commit has.
source_commit() {
  local made_of=(src Directory.Build.props Directory.Packages.props global.json "${not_shipped[@]/#/:!}")
  [ -z "$(git status --porcelain -- "${made_of[@]}" 2>&1)" ] || return 0
  git log -1 --format=%H -- "${made_of[@]}" 2>/dev/null || true
}
