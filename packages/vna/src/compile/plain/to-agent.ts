import { PORT, type Action } from '@vnet/openflow';
import { uplinkPort } from '../bindings.ts';
import { LEARNING, LEARNING_METERS } from '../learning-limits.ts';
import type { Emit, View } from '../emit.ts';
import { PORT_METER } from '../port.ts';

const TO_CONTROLLER: readonly Action[] = [{ type: 'output', port: PORT.CONTROLLER }];

/** What all peers together may send to the agent. */
const PEERS_METER = { packetsPerSecond: 200, burst: 100 };

/** Meters of what ports send to the agent, and how their ids follow from the number of the port. */
const METERS = {
  port: { ...PORT_METER, from: 0 },
  vlan: { ...LEARNING, from: LEARNING_METERS },
} as const;

interface ToAgent {
  readonly meter?: number;
  readonly actions: readonly Action[];
}

/**
 * Packets for the agent, through the meter of the port that they come from. Where the switch has no meters, the agent's own
 * limit stands in (services/packet-limit.ts).
 */
export function toAgent(view: View, emit: Emit, from: 'uplink' | { port: number } | { vlan: number }): ToAgent {
  const meter = meterOf(view, from);
  if (!meter || view.get('abilities', 1)?.meters !== true) return { actions: TO_CONTROLLER };
  emit.output('meter', meter.id, meter);
  return { meter: meter.id, actions: TO_CONTROLLER };
}

function meterOf(view: View, from: 'uplink' | { port: number } | { vlan: number }) {
  if (from === 'uplink') {
    const id = uplinkPort(view);
    return id === undefined ? undefined : { id, ...PEERS_METER };
  }
  const [{ from: first, ...limit }, port] = 'port' in from ? [METERS.port, from.port] : [METERS.vlan, from.vlan];
  return { id: first + port, ...limit };
}
