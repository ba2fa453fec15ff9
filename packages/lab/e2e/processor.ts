import { readdirSync, readFileSync } from 'node:fs';

/** Processor time of a process so far, all its threads, in milliseconds: what other processes do is not in it. */
export function processorMs(pid: number): number {
  const tasks = `/proc/${pid}/task`;
  const spent = readdirSync(tasks).map((task) => readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ')[0]);
  return spent.reduce((sum, nanoseconds) => sum + Number(nanoseconds), 0) / 1e6;
}
