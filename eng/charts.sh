#!/usr/bin/env bash
# Writes what stands in the charts from elsewhere: the flag lists of the schemas (from the programs), the templates that two charts share, and
# the goldens of the tests. Look at the difference before you commit it.
# usage: eng/charts.sh [argument of dotnet test ...]
set -euo pipefail
cd "$(dirname "$0")/.."
. eng/prerequisites.sh
tell_help "$@"
need_dotnet
need_helm
CHARTS_REWRITE=1 dotnet test tests/Charts/Charts.Tests.csproj --nologo -v q "$@"
git status --short charts tests/Charts
