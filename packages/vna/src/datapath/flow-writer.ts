import { BundleError, EncodeError, encodeFlowMod, type SwitchChannel } from '@vnet/openflow';
import type { FlowCommand } from './installed-flows.ts';

type AddCommand = Extract<FlowCommand, { command: 'add' }>;

/** A flow that cannot be encoded, or that the switch does not take. */
export interface RefusedFlow {
  readonly flow: AddCommand;
  readonly cause: unknown;
}

/**
 * Writes all or nothing, each command encoded while those before it are on their way.
 * @returns the flow that is to blame when nothing was written
 * @throws BundleError when it is not about one flow; DisconnectedError
 */
export async function writeBundle(
  channel: SwitchChannel,
  commands: readonly FlowCommand[],
): Promise<readonly RefusedFlow[]> {
  let index = -1;
  const encode = function* (): Generator<Buffer> {
    for (const command of commands) {
      index++;
      yield encodeCommand(command);
    }
  };
  try {
    await channel.bundle(encode());
    return [];
  } catch (error) {
    // The switch says which, or the last one could not be encoded.
    const blamed = error instanceof BundleError ? error.index : error instanceof EncodeError ? index : undefined;
    const flow = blamed === undefined ? undefined : commands[blamed];
    if (flow?.command !== 'add') throw error;
    return [{ flow, cause: error }];
  }
}

/**
 * Writes one by one, for a switch without bundles: what is new first, so that packets find the new way before the old one goes.
 * @returns the flows that were refused; all others stand
 * @throws DisconnectedError
 */
export async function writeOneByOne(
  channel: SwitchChannel,
  commands: readonly FlowCommand[],
): Promise<readonly RefusedFlow[]> {
  const refused: RefusedFlow[] = [];
  const sent: FlowCommand[] = [];
  const ordered = [...commands.filter(isAdd), ...commands.filter((command) => !isAdd(command))];
  const encode = function* (): Generator<Buffer> {
    for (const command of ordered) {
      let bytes: Buffer;
      try {
        bytes = encodeCommand(command);
      } catch (cause) {
        if (!(cause instanceof EncodeError) || !isAdd(command)) throw cause;
        refused.push({ flow: command, cause });
        continue;
      }
      sent.push(command);
      yield bytes;
    }
  };
  for (const [place, cause] of await channel.oneByOne(encode())) {
    const flow = sent[place];
    if (flow && isAdd(flow)) refused.push({ flow, cause });
  }
  return refused;
}

function isAdd(command: FlowCommand): command is AddCommand {
  return command.command === 'add';
}

function encodeCommand(command: FlowCommand): Buffer {
  return encodeFlowMod(command.command === 'add' ? command : { ...command, instructions: [] });
}
