#!/bin/sh
# Ends a lab. Usage: keeper.sh LAB [DIRECTORY-TO-REMOVE...]
#
# Waits until standard input ends: its owner holds the other end of the pipe, so that it ends when the owner closes it,
# exits, crashes or is killed. Then ends every process of the lab and removes its namespaces (their devices go with them)
# and directories. This is the only way in which a lab ends.
set -u
trap '' HUP INT QUIT TERM
lab=$1
shift
cat >/dev/null

namespaces() {
  for path in /run/netns/"vnet-$lab-"*; do
    if [ -e "$path" ]; then basename "$path"; fi
  done
}

# Those that run in a namespace of the lab, and those that carry its mark, wherever they run.
members() {
  for namespace in $(namespaces); do ip netns pids "$namespace"; done
  # shellcheck disable=SC2013 # paths of /proc are single words
  for environ in $(grep -lzxF "VNET_LAB_MEMBER=$lab" /proc/[0-9]*/environ 2>/dev/null); do
    pid=${environ#/proc/}
    echo "${pid%/environ}"
  done
}

# Whether the processes are no more, or only corpses that nobody has asked about.
ended() {
  for pid in "$@"; do
    case $(sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' "/proc/$pid/status" 2>/dev/null) in
      '' | Z | X) ;;
      *) return 1 ;;
    esac
  done
}

# Again and again: a process may have started another one in between.
killed=
attempts=0
# shellcheck disable=SC2086 # lists of process ids
while pids=$(members) && { [ -n "$pids" ] || ! ended $killed; } && [ "$attempts" -lt 100 ]; do
  [ -z "$pids" ] || kill -KILL $pids 2>/dev/null
  killed="$killed $pids"
  attempts=$((attempts + 1))
  sleep 0.01
done

for namespace in $(namespaces); do ip netns delete "$namespace"; done
rm -rf "$@"
