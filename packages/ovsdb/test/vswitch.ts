import { namedUuid, op, type Operation, type Tables } from '../src/index.ts';

export const DB = 'Open_vSwitch';

/** One column of each shape. */
export const TABLES = {
  Bridge: {
    name: 'string',
    datapath_id: 'string?',
    protocols: 'string[]',
    ports: 'uuid[]',
    external_ids: 'string:string',
  },
} as const satisfies Tables;

/** A bridge hangs on the root row; without that the server collects it as garbage. */
export const addBridge = (name: string, externalIds: Record<string, string> = {}): Operation[] => [
  op.insert('Bridge', { name, external_ids: new Map(Object.entries(externalIds)) }, 'bridge'),
  op.mutate(DB, [], [['bridges', 'insert', [namedUuid('bridge')]]]),
];
