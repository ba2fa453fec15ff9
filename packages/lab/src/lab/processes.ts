import { readdirSync, readFileSync } from 'node:fs';

/**
 * When a process started, in clock ticks since boot: with the pid, a name that is never used again.
 * @returns undefined when there is no such process, or only its corpse
 */
export function startOf(pid: number): number | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The second field is the program's name in brackets and may contain anything: proc_pid_stat(5).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  return state === 'Z' ? undefined : Number(fields[19]);
}

/**
 * Whether a process has let go of its files and devices. One with several threads is a corpse from the death of its first
 * thread on, while the others may still hold them.
 */
export function hasEnded(pid: number): boolean {
  try {
    return startOf(pid) === undefined && readdirSync(`/proc/${pid}/task`).length <= 1;
  } catch {
    return true;
  }
}
