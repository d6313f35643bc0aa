#!/usr/bin/env bash
# Writes what stands in docs from the code: the tables of flags in the programs' pages. Look at the difference before you commit it.
# usage: eng/docs.sh [argument of dotnet test ...]
set -euo pipefail
cd "$(dirname "$0")/.."
. eng/prerequisites.sh
tell_help "$@"
need_dotnet
DOCS_REWRITE=1 dotnet test tests/Documentation/Documentation.Tests.csproj --nologo -v q "$@"
git status --short docs
