import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Host } from './lab/host.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** The path of a program of this repository, as it has been built. */
export function programPath(name: string): string {
  return join(ROOT, 'node_modules', '.bin', name);
}

/** The command of a program: it runs with the Node that runs this one. */
export function commandOf(name: string, ...args: readonly string[]): readonly string[] {
  return [process.execPath, programPath(name), ...args];
}

/** The command that starts the agent of a host; `further` options come last and override. */
export function agentCommand(
  host: Host,
  { manager, stateDir }: { readonly manager: string; readonly stateDir: string },
  ...further: readonly string[]
): readonly string[] {
  const { name, ovsdb, bridge, openflow } = host;
  const options = { 'node-id': name, manager, ovsdb, bridge, openflow, 'state-dir': stateDir };
  const args = Object.entries(options).flatMap(([option, value]) => [`--${option}`, value]);
  return commandOf('vna', ...args, ...further);
}
