import type { SwitchPort, Tables } from '../state/tables.ts';
import { hasLostClaim, interfaceOf, portOf, trunkOf, uplinks } from './bindings.ts';
import type { Emit, View, Warning } from './emit.ts';

/** A port that the switch has opened, and the interface that it carries. */
export interface Plugged {
  readonly face: Tables['interface'];
  readonly plug: SwitchPort & { readonly ofport: number };
}

/** Whose a port is, as the manager is told; undefined where nothing can be connected, which is said. */
export function plugged(view: View, emit: Emit, portId: number): Plugged | undefined {
  const plug = view.get('port', portId);
  if (plug?.role !== 'plain') return undefined;
  if (uplinks(view).some((uplink) => uplink.id === portId)) return undefined;
  if (scopesOf(plug).some((scope) => scope.length > LONGEST_SCOPE)) {
    warn(emit, plug, BAD_ID);
    return undefined;
  }
  for (const scope of scopesOf(plug)) emit.output('scope', scope, true);

  const face = interfaceOf(view, plug);
  const problem = face ? problemOf(view, face, plug) : hasNoInterface(plug);
  if (problem) warn(emit, plug, problem);
  if (!face || problem || plug.ofport === null) return undefined;

  // The links of a trunk are one.
  const { name, ofport, claim, zone } = (face.mode === 'edge' ? trunkOf(view, face) : undefined) ?? {
    ...plug,
    ofport: plug.ofport,
  };
  // A port that has lost its interface is still plugged: the manager must go on knowing its claim.
  emit.output('localInterface', face.id, { interface_id: face.id, port_name: name, port_number: ofport, claim });
  if (!hasLostClaim(view, face, claim)) return { face, plug: { ...plug, name, ofport, claim, zone } };
  warn(emit, plug, hasMoved(face, plug));
  return undefined;
}

/** The interface is in service on its port. */
export function bind(emit: Emit, { face, plug }: Plugged): void {
  emit.output('bound', face.id, { id: face.id, ofport: plug.ofport, zone: plug.zone, vlan: null });
}

/** The manager refuses longer ones. */
const LONGEST_SCOPE = 255;

const BAD_ID = {
  message: 'the port’s vnet-interface or iface-id is too long to be one: its packets are dropped',
  details: { remedy: 'ovs-vsctl set interface NAME external_ids:vnet-interface=if-…' },
};

function hasNoInterface({ name, bond, vnet_interface: claimed }: SwitchPort): Warning {
  const port = `--port-name ${bond ?? name}`;
  const remedy = [
    ...(claimed === null ? [] : [`correct vnet-interface=${claimed} in its external-ids`]),
    `for a machine: vnctl interface add --mode vif ${port} …`,
    `for the trunk of a legacy switch: --mode edge ${port} --owner-datapath-uuid …`,
    `for a whole LAN: --mode promiscuous ${port} …`,
    `or remove it: ovs-vsctl del-port ${name}`,
  ];
  return { message: 'a port without interface: its packets are dropped', details: { remedy: remedy.join('; ') } };
}

/** The scopes in which the interface of a port may be found. */
function scopesOf(plug: SwitchPort): readonly string[] {
  if (plug.vnet_interface !== null) return [`interface/${plug.vnet_interface}`];
  return [
    `port/${plug.name}`,
    ...(plug.bond === null ? [] : [`port/${plug.bond}`]),
    ...(plug.iface_id === null ? [] : [`iface_id/${plug.iface_id}`]),
  ];
}

function hasMoved(face: Tables['interface'], plug: SwitchPort): Warning {
  return {
    message: 'the interface has moved to another host: this port is left alone until it is plugged anew',
    details: { interface: face.uuid, remedy: `ovs-vsctl del-port ${plug.name}` },
  };
}

export function warn(emit: Emit, plug: SwitchPort, { details, ...problem }: Warning): void {
  emit.output('warning', `port ${plug.name}`, { ...problem, details: { port: plug.name, ...details } });
}

const MODES_WITH_PORTS: ReadonlySet<Tables['interface']['mode']> = new Set(['vif', 'edge', 'promiscuous', 'internal']);

function problemOf(view: View, face: Tables['interface'], plug: SwitchPort): Warning | undefined {
  const about = { interface: face.uuid };
  if (!MODES_WITH_PORTS.has(face.mode)) {
    return {
      message: 'an interface of this mode has no port',
      details: { ...about, mode: face.mode, remedy: `make it anew with mode ${[...MODES_WITH_PORTS].join(', ')}` },
    };
  }
  const carrier = portOf(view, face);
  const isSameBond = face.mode === 'edge' && plug.bond !== null && carrier?.bond === plug.bond;
  if (carrier && carrier.id !== plug.id && !isSameBond) {
    return {
      message: 'two ports of this bridge claim one interface: the other one has it',
      details: { ...about, kept_by: carrier.name, remedy: 'remove one of the ports, or give it another interface' },
    };
  }
  if (plug.ofport === null) {
    return {
      message: 'the switch could not open the port',
      details: { ...about, error: plug.error, remedy: 'see that the device exists, or plug the port again' },
    };
  }
  return undefined;
}
