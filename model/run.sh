#!/bin/bash
# Checks the models: builds each run with spin and gcc in a temporary directory, two at a time, and prints a line for
# each. A proof must visit every state and find nothing, a trace must be found; anything else fails. `run.sh NAME` does
# one of them and shows the steps of the trace.
set -uo pipefail
cd "$(dirname "$0")" || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The figures of src/core/timing for a beat of one second, a tick each.
real="-DLEASE=8 -DHOLD=6 -DSETTLE=2 -DWRITE=1 -DCLAIM=4"

# name | model | expected | flags; the long ones first
runs() {
  cat <<END
lease-late-writes  | lease  | proof | -DLATES=2
lease-any-claim    | lease  | proof | -DLATES=1 -DCLAIM=3 -DNO_DEADLINE_VOID
lease-three-claims | lease  | proof | -DVOLUMES=3 -DTERMS=1
intent-deaths      | intent | proof | -DDEATHS=1 -DRESTARTS=1
lease-slow-clock   | lease  | proof | $real -DSLOW
lease              | lease  | proof | $real -DRESTARTS=1
lease-three-holder | lease  | proof | -DVOLUMES=3 -DHELD
intent             | intent | proof | -DPAUSED_REQUEST
intent-two-masters | intent | proof | -DTWO_MASTERS -DORDERS=2
intent-covered     | intent | proof | -DORDERS=2 -DCOVERS=1 -DRESTARTS=1
intent-covered-die | intent | proof | -DORDERS=2 -DCOVERS=1 -DDEATHS=1
cells              | cells  | proof |
reached            | lease  | trace | -DREACH
reached-three      | lease  | trace | -DVOLUMES=3 -DHELD -DREACH
reached-cells      | cells  | trace | -DREACH
evacuated          | intent | trace | -DREACH
evacuated-again    | intent | trace | -DDEATHS=1 -DREACH_AFTER_DEATH
NO_MARGIN          | lease  | trace | ${real/HOLD=6/HOLD=8} -DSLOW
COUNT_FROM_END     | lease  | trace | -DCOUNT_FROM_END
NO_EXPIRY          | lease  | trace | -DNO_EXPIRY
NO_QUIET           | lease  | trace | -DNO_QUIET
NO_REREAD          | lease  | trace | -DNO_REREAD
NO_SETTLE          | lease  | trace | -DLATES=1 -DSETTLE=0
RESUME_TERM        | lease  | trace | -DRESTARTS=1 -DRESUME_TERM
NO_OWN_WAIT        | lease  | trace | -DRESTARTS=1 -DNO_OWN_WAIT
MINORITY           | lease  | trace | -DVOLUMES=3 -DHELD -DMINORITY
LATE_IGNORED       | lease  | trace | -DLATES=1 -DLATE_IGNORED
LATE_RELEASE       | lease  | trace | -DLATES=1 -DLATE_RELEASE
OTHER_BEAT         | lease  | trace | -DLATES=2 -DOTHER_BEAT
NEWEST_BEAT        | lease  | trace | -DLATES=2 -DNEWEST_BEAT
LANDS_TWICE        | lease  | trace | -DLATES=1 -DTWICE
LYING_STORAGE      | lease  | trace | -DLYING
NO_INTENT_FIRST    | intent | trace | -DNO_INTENT_FIRST
NO_INTENT_READ     | intent | trace | -DNO_INTENT_READ
NO_LEASE_READ      | intent | trace | -DNO_LEASE_READ
NO_ORDER_EXPIRY    | intent | trace | -DNO_ORDER_EXPIRY
ROWS_FIRST         | intent | trace | -DROWS_FIRST
NO_Q_WAIT          | intent | trace | -DNO_Q_WAIT
Q_FROM_START       | intent | trace | -DPAUSED_REQUEST -DQ_FROM_START
NO_Q_DEAD          | intent | trace | -DDEATHS=1 -DNO_Q_DEAD
NO_POSTED_FIRST    | intent | trace | -DRESTARTS=1 -DNO_POSTED_FIRST
FORGET_INTENTS     | intent | trace | -DRESTARTS=1 -DFORGET_INTENTS
UNCLAIMED_IS_DEAD  | intent | trace | -DDEATHS=1 -DUNCLAIMED_IS_DEAD
ANY_SLOT           | intent | trace | -DORDERS=2 -DCOVERS=1 -DANY_SLOT
ANY_AGENT          | intent | trace | -DORDERS=2 -DCOVERS=1 -DRESTARTS=1 -DANY_AGENT
ANY_BEATS          | intent | trace | -DORDERS=2 -DCOVERS=1 -DRESTARTS=1 -DANY_BEATS
NO_GATE            | intent | trace | -DDEATHS=1 -DNO_GATE
FALSE_PROOF        | intent | trace | -DDEATHS=1 -DFALSE_PROOF
BY_HAND            | intent | trace | -DBY_HAND
ONE_CELL           | cells  | trace | -DONE_CELL
NO_REFUSAL         | cells  | trace | -DNO_REFUSAL
TORN_TOO           | cells  | trace | -DTORN_TOO
END
}

field() { sed -nE "s/$1/\1/p" out | head -1; }

run() {
  local name=$1 model=$2 expected=$3 flags=$4
  # What is there to be found is near; what is not is looked for everywhere.
  local optimise=-O0 depth=150 table=18 began found
  [[ $expected == proof ]] && optimise=-O2 && depth=100000 && table=22
  mkdir "$work/$name" && cp ./*.pml "$work/$name" && cd "$work/$name" || return 1
  began=$(date +%s%N)
  # shellcheck disable=SC2086
  if ! { spin -a $flags "$model.pml" &&
    gcc $optimise -w -DSAFETY -DNOREDUCE -DNOBOUNDCHECK -DMEMLIM=4000 -o pan pan.c; } >build 2>&1; then
    cat build
    return 1
  fi
  ./pan -n -w$table -m$depth >out 2>&1
  if grep -q 'errors: 1' out && grep -q 'assertion violated' out; then found=trace
  elif grep -q 'errors: 0' out && ! grep -v State-vector out | grep -qiE 'too small|not completed|memory limit|reached'
  then found=proof
  else found=unfinished
  fi
  printf '%-18s %8s states, depth %5s, %5.1f s  expected: %s, found: %s\n' "$name" \
    "$(field '^ *([0-9]+) states, stored.*')" "$(field '.*depth reached ([0-9]+),.*')" \
    "$((($(date +%s%N) - began) / 100000000))e-1" "$expected" "$found"
  # shellcheck disable=SC2086
  [[ -z $shown || $found != trace ]] || spin -T -t $flags "$model.pml" | sed '/^spin: text of/d; /^spin: trail ends/,$d'
  cd "$OLDPWD" && rm -rf "${work:?}/$name"
  [[ $found == "$expected" ]]
}

shown=${1:-}
export work shown
export -f run field
chosen=$(runs | sed 's/ *| */|/g' | awk -F '|' -v name="$shown" 'name == "" || $1 == name')
[[ -n $chosen ]] || { echo "no run has the name $shown; there are: $(runs | sed 's/ *|.*//' | xargs)" >&2; exit 1; }
tr '|\n' '\0\0' <<<"$chosen" | xargs -0 -n 4 -P 2 bash -c 'run "$@"' run && exit 0
echo 'not as expected' >&2
exit 1
