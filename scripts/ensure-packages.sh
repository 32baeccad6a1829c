#!/bin/bash
# Installs the Debian packages named that are missing. Without root, or without apt, it names them and fails.
set -euo pipefail

missing=()
for package in "$@"; do
  [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true) == installed ]] || missing+=("$package")
done
((${#missing[@]} == 0)) && exit 0
if ((EUID != 0)) || [[ -z $(command -v apt-get) ]]; then
  echo "install these packages first, then come back: ${missing[*]}" >&2
  exit 1
fi
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
