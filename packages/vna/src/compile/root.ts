import type { Pipeline } from '../pipeline/tables.ts';
import { ownDatapath } from './bindings.ts';
import type { Emit, View } from './emit.ts';

/** The unit that each pipeline begins with. */
const FIRST = { ovs: 'host', plain: 'plainHost' } as const satisfies Record<Pipeline, string>;

/**
 * The pipeline that the switch of this datapath gets. Without a record an Open vSwitch is expected, so that the host has its own
 * traffic before any manager is there; a switch without OVSDB may be anything, and gets none.
 */
export function pipelineOf(view: View): Pipeline | undefined {
  const own = ownDatapath(view);
  if (own) return own.enable_ovs_learn_action ? 'ovs' : 'plain';
  return view.get('self', 1)?.remote === true ? undefined : 'ovs';
}

/** Where the compilation starts. */
export function root(view: View, emit: Emit): void {
  const self = view.get('self', 1);
  if (!self) return;
  emit.output('scope', `dpid/${self.dpid}`, true);
  emit.output('scope', `node/${self.node_id}`, true);
  emit.need('record', 0);
  const pipeline = pipelineOf(view);
  if (!pipeline) return;
  emit.output('pipeline', '', pipeline);
  emit.need(FIRST[pipeline], 0);
}
