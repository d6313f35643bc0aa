# Sourced by the scripts beside it: what they need beyond the .NET SDK, found or installed from Debian's packages.

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
