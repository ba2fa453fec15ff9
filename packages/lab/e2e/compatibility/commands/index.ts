/** The cases of all commands. */
import { COMMANDS, FORMER_COMMANDS } from '../reference/commands.ts';
import type { CommandCases } from './case.ts';
import {
  batchCommands,
  filterCommands,
  policyCommands,
  routeCommands,
  securityGroupCommands,
  serviceCommands,
} from './services.ts';
import { datapathCommands, interfaceCommands, leaseCommands, networkCommands, topologyCommands } from './wiring.ts';

export const commandCases: CommandCases = {
  ...networkCommands,
  ...interfaceCommands,
  ...leaseCommands,
  ...datapathCommands,
  ...topologyCommands,
  ...routeCommands,
  ...serviceCommands,
  ...filterCommands,
  ...policyCommands,
  ...securityGroupCommands,
  ...batchCommands,
};

/** All commands of the reference, with their options. */
export const ALL_COMMANDS: Readonly<Record<string, string>> = { ...COMMANDS, ...FORMER_COMMANDS };

/** The command of a case: its name without the remark. */
export function commandOfCase(name: string): string {
  return name in ALL_COMMANDS ? name : name.replace(/ \(.*\)$/, '');
}
