import type { Action, FieldName } from '@vnet/openflow';

/** A named part of the packet's pipeline state. What is not listed here is not used. */
export interface Register {
  readonly field: FieldName;
  readonly offset: number;
  readonly bits: number;
  readonly doc: string;
}

const register = (field: FieldName, offset: number, bits: number, doc: string): Register => ({
  field,
  offset,
  bits,
  doc,
});

export const REGISTERS = {
  REMOTE: register('reg0', 0, 1, 'The packet came from another host: it may only go to local ports.'),
  TOO_BIG: register('reg0', 1, 1, 'The packet is larger than the way to the peer allows.'),
  ACCEPTED: register('reg0', 8, 1, 'Filter and security groups let the packet pass, as far as they have been asked.'),
  TUNNEL_ONLY: register(
    'reg0',
    2,
    1,
    'A group that a MAC2MAC receiver could not restore: it travels through tunnels only.',
  ),
  FOUND: register('reg0', 3, 1, 'It has been learnt where the destination MAC is.'),
  SOURCE: register(
    'reg1',
    0,
    32,
    'Id of the interface the packet came from (0x40000000 | id of a VLAN translation: a VLAN behind an edge port), 0 when it came from another host.',
  ),
  DESTINATION: register('reg2', 0, 32, 'Id of the local interface the packet goes to, or of the VLAN, as in SOURCE.'),
  PEER: register('reg3', 0, 32, 'Id of the datapath the packet goes to.'),
  TRANSPORT: register('reg4', 0, 8, 'How the packet travels to the peer: 1 uplink (MAC2MAC), 2 tunnel (GRE).'),
  CHUNK: register('reg5', 0, 32, 'Which part of the list of members or peers is being flooded.'),
  CHUNK_MAC2MAC: register('reg5', 30, 1, 'The part of the list is of MAC2MAC peers.'),
  ANSWER_MAC: register('xreg4', 0, 48, 'The MAC that an ARP answer gives.'),
  ANSWER_IP: register('reg10', 0, 32, 'The address that an ARP answer is about.'),
  SENDER: register('reg7', 0, 32, 'Id of the datapath that a packet from a tunnel comes from, otherwise 0.'),
  REASON: register('reg6', 0, 8, 'Why the packet is handed to the agent.'),
  ZONE: register('reg11', 0, 16, 'Conntrack zone of the interface whose filter and groups are asked.'),
  GROUP: register('reg12', 0, 32, 'Id of the security group whose rules are asked.'),
  PEER_GROUP: register('reg13', 0, 32, 'Id of a security group that the other side is in; 0 asks about its address.'),
  RULE_GROUP: register('reg14', 0, 32, 'Id of the security group of the rule that has accepted the packet.'),
  RULE: register('reg15', 0, 32, 'The rule of a security group that has accepted the packet: a hash of it, 0 is none.'),
} as const satisfies Record<string, Register>;

/** `metadata` is the virtual network, as in its GRE key: network id, or 0x80000000 | segment id. */
export const NETWORK_FIELD = 'metadata';

export const TRANSPORT = { uplink: 1, tunnel: 2 } as const;

export const REASON = { tooBig: 1, learn: 20, group: 21, edge: 30, deniedByFilter: 40, deniedByGroups: 41 } as const;

/** The action that writes a register. */
export function load(to: Register, value: number): Action {
  return { type: 'load', field: to.field, offset: to.offset, bits: to.bits, value };
}

type RegisterMatch = number | { readonly value: number; readonly mask: number };

const ALL_BITS = 0xffffffff;

/** The match on registers: `on([REGISTERS.SOURCE, 7])`. Registers that share a field are matched together. */
export function on(...parts: readonly (readonly [Register, number])[]): Partial<Record<FieldName, RegisterMatch>> {
  const match: Partial<Record<FieldName, RegisterMatch>> = {};
  for (const field of new Set(parts.map(([register]) => register.field))) {
    const here = parts.filter(([register]) => register.field === field);
    const value = here.reduce((bits, [register, each]) => (bits | (each << register.offset)) >>> 0, 0);
    const mask = here.reduce((bits, [register]) => (bits | (maskOf(register) << register.offset)) >>> 0, 0);
    match[field] = mask === ALL_BITS ? value : { value, mask };
  }
  return match;
}

function maskOf({ bits }: Register): number {
  return bits === 32 ? ALL_BITS : (1 << bits) - 1;
}
