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

# Again and again: a process may have started another one in between.
attempts=0
while pids=$(members) && [ -n "$pids" ] && [ "$attempts" -lt 100 ]; do
  # shellcheck disable=SC2086
  kill -KILL $pids 2>/dev/null
  attempts=$((attempts + 1))
  if [ "$attempts" -gt 1 ]; then sleep 0.02; fi
done

for namespace in $(namespaces); do ip netns delete "$namespace"; done
rm -rf "$@"
