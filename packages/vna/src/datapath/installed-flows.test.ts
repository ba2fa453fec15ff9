import { describe, expect, it } from 'vitest';
import { flowKey, PackedFlow, parseFlowKey, type Flow } from '../pipeline/flow.ts';
import { InstalledFlows, type FoundFlow } from './installed-flows.ts';

const flow = (reg2: number, port: number): Flow => ({
  table: 'INTERFACE_INGRESS',
  priority: 100,
  feature: 'port',
  match: { reg2 },
  actions: [{ type: 'output', port }],
});
const key = (reg2: number): string => flowKey(flow(reg2, 0));
const encoded = (reg2: number, port: number): PackedFlow => new PackedFlow(flow(reg2, port), key(reg2));
const found = (reg2: number, port: number): FoundFlow => ({
  ...parseFlowKey(key(reg2)),
  match: Buffer.from(parseFlowKey(key(reg2)).match, 'latin1'),
  cookie: encoded(reg2, port).cookie,
});
const canonicalKey = ({ match }: FoundFlow): string | undefined =>
  [1, 2, 3].map(key).find((each) => parseFlowKey(each).match === Buffer.from(match).toString('latin1'));

describe('installed flows', () => {
  it('writes a flow once, again when it differs, and removes what is no longer wanted', () => {
    const flows = new InstalledFlows();
    expect(flows.want(key(1), encoded(1, 7))).toMatchObject({ command: 'add', table: 70, priority: 100 });
    expect(flows.want(key(1), encoded(1, 7))).toBeUndefined();
    expect(flows.want(key(1), encoded(1, 8))).toMatchObject({ command: 'add' });
    expect(flows.want(key(1), undefined)).toMatchObject({ command: 'delete_strict', table: 70 });
    expect(flows.want(key(1), undefined)).toBeUndefined();
    expect(flows.size).toBe(0);
  });

  it('takes over what a predecessor wrote without a message', () => {
    const flows = new InstalledFlows();
    flows.reset([found(1, 7), found(2, 8)]);
    expect(flows.want(key(1), encoded(1, 7))).toBeUndefined();
    expect(flows.want(key(2), encoded(2, 8))).toBeUndefined();
    expect(flows.removeFound(canonicalKey)).toEqual({ commands: [], foreign: [] });
    expect(flows.size).toBe(2);
  });

  it('removes what was found and is not wanted, but not the successor of a flow that it replaced', () => {
    const flows = new InstalledFlows();
    const foreign: FoundFlow = { ...found(3, 9), cookie: 5n };
    flows.reset([found(1, 7), found(2, 8), foreign]);
    expect(flows.want(key(1), encoded(1, 99))).toMatchObject({ command: 'add' });
    const removed = flows.removeFound(canonicalKey);
    expect(removed.foreign).toEqual([foreign]);
    expect(removed.commands.map(({ match }) => match)).toEqual([found(2, 8).match, foreign.match]);
    expect(flows.size).toBe(1);
  });
});
