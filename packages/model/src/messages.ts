/**
 * What travels between vnapi, vnmgr and the agents: JSON frames over ZeroMQ.
 *
 * Requests carry `id` and are answered by a `reply` with the same `id`; everything else is one-way.
 */

/** A row as it stands in the database (docs/architecture.md, "Rows and scopes"). */
export type WireRow = Readonly<Record<string, unknown>> & { readonly id: number };

export interface WireError {
  /** Class name of the reference, for example `UnknownUUIDResource`. */
  readonly error: string;
  readonly message: string;
  readonly code: string;
  /** HTTP status vnapi answers with. */
  readonly status: number;
}

// --- vnapi → vnmgr ------------------------------------------------------------------------------------------------

export type Operation = 'create' | 'update' | 'delete' | 'show' | 'list' | 'query' | 'apply';

/** Operations that change nothing. */
export const READING: readonly Operation[] = ['show', 'list', 'query'];

/**
 * One call of the API, not yet validated: vnmgr checks it against the declaration, in one place, for every front.
 * `endpoint` names a row of the endpoint table derived from the declarations.
 */
export interface ApiRequest {
  readonly type: 'api';
  readonly id: number;
  readonly endpoint: string;
  readonly operation: Operation;
  /** Path parameters, for example `{ uuid: 'dp-1', network_uuid: 'nw-1' }`. */
  readonly path: Readonly<Record<string, string>>;
  /** Query string and body together; strings where they came as text. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Who asks, for the audit trail. */
  readonly who: string;
  readonly request_id: string;
  /** `If-Match`: refuse with 412 when the row has changed since this revision. */
  readonly if_match?: number;
  /** Refuse parameters that the endpoint does not have; they are passed over otherwise. */
  readonly strict?: boolean;
  /** Wait until the agents concerned have it in their switches, at most this many milliseconds. */
  readonly wait_ms?: number;
}

export interface HealthRequest {
  readonly type: 'health';
  readonly id: number;
}

export interface Applied {
  readonly revision: number;
  /** Agents that had to apply the revision. */
  readonly agents: number;
  /** Those that had not when the time was up; empty = all have. */
  readonly behind: readonly string[];
  readonly ms: number;
}

export interface Reply {
  readonly type: 'reply';
  readonly id: number;
  readonly ok: boolean;
  /** The body to answer with when ok. */
  readonly body?: unknown;
  /** Revision of the write, or of the view that a read was made from. */
  readonly revision?: number;
  readonly applied?: Applied;
  readonly error?: WireError;
}

// --- agent → vnmgr ------------------------------------------------------------------------------------------------

/**
 * First message on each connection. `run` is new for each start of the agent.
 * With `revision` the agent says that it holds `scopes` as of that revision and wants what it missed; with null it holds
 * nothing. Answered by an `update` whose `subscription` is the one given here.
 */
export interface AgentHello {
  readonly type: 'hello';
  readonly node_id: string;
  readonly dpid: string;
  readonly run: string;
  /** Which database `revision` counts in: the agent got it with its updates. Another one means a snapshot. */
  readonly database: string | null;
  readonly revision: number | null;
  readonly scopes: readonly string[];
  readonly subscription: number;
}

/** Changes the set of scopes. Answered by an `update` with the same `subscription`. */
export interface AgentSubscribe {
  readonly type: 'subscribe';
  readonly subscription: number;
  readonly add: readonly string[];
  readonly drop: readonly string[];
}

/** A port of this datapath carries an interface. `claim` changes each time the port is plugged anew (OVSDB row id). */
export interface InterfaceFact {
  readonly interface_id: number;
  readonly port_name: string;
  readonly port_number: number;
  readonly claim: string;
}

/** A legacy machine that nobody declared is in a VLAN behind an edge port of this datapath. */
export interface EdgeHostFact {
  readonly mac_address: number;
  readonly ipv4_address: number | null;
  readonly vlan_translation_id: number;
  readonly port_name: string;
  /** When it was last known to be there, by the agent's clock: says it again when it is another. */
  readonly seen: number;
}

/** What there is to say of a link. */
export const LINK_STATES = ['not opened', 'down', 'no LACP partner', 'LACP asking', 'up'] as const;
export type LinkState = (typeof LINK_STATES)[number];

/** Several links that a datapath uses as one: the answer to the question `bonds` is a list of these. */
export interface BondState {
  /** To the physical network, or to legacy machines. */
  readonly kind: 'uplink' | 'trunk';
  readonly name: string;
  readonly mode: 'all links' | 'one link at a time';
  /** Whether LACP is spoken. */
  readonly lacp: boolean;
  /** What is done without an LACP partner; null without LACP. */
  readonly fallback: 'active-backup' | 'none' | null;
  readonly links: readonly { readonly name: string; readonly state: LinkState; readonly in_use: boolean }[];
}

/**
 * What is so on this datapath. `full`: everything else that this datapath said before is no longer so.
 * Idempotent; answered by nothing: the effect comes back through the change stream.
 */
export interface AgentFacts {
  readonly type: 'facts';
  readonly datapath_id: number;
  readonly full: boolean;
  readonly interfaces: readonly InterfaceFact[];
  readonly gone_interfaces: readonly number[];
  readonly networks: readonly number[];
  readonly gone_networks: readonly number[];
  readonly segments?: readonly number[];
  readonly gone_segments?: readonly number[];
  readonly route_links?: readonly number[];
  readonly gone_route_links?: readonly number[];
  readonly edge_hosts?: readonly EdgeHostFact[];
  /** By their MAC addresses. */
  readonly gone_edge_hosts?: readonly number[];
}

/**
 * An edge asks for the roles of its VLANs, anew every second: a role that is not asked for in time goes to another edge.
 * Answered by `roles` with the same `request`.
 */
export interface AgentRoles {
  readonly type: 'roles';
  readonly request: number;
  readonly datapath_id: number;
  readonly wanted: readonly {
    readonly vlan_translation_id: number;
    /** The agent knows of no other edge, and goes on without an answer. */
    readonly alone: boolean;
  }[];
}

/** Everything up to `revision` stands in the switch (barrier acknowledged). */
export interface AgentApplied {
  readonly type: 'applied';
  readonly revision: number;
}

/** What the agent says to a question; null when it does not know of such a thing. */
export interface AgentAnswer {
  readonly type: 'answer';
  readonly id: number;
  readonly body: unknown;
}

/** Sent every few seconds by both sides; silence means that the other is gone. */
export interface Ping {
  readonly type: 'ping';
}

// --- vnmgr → agent ------------------------------------------------------------------------------------------------

export interface RowPut {
  readonly entity: string;
  readonly row: WireRow;
}

export interface RowDelete {
  readonly entity: string;
  readonly id: number;
}

/**
 * Rows that entered, changed or left what this agent sees, up to `revision`.
 * `seq` counts the updates of one connection from 1: a gap means a lost message, and the agent says hello again.
 */
export interface AgentUpdate {
  readonly type: 'update';
  readonly seq: number;
  /** Identity of the database, made when it was created: revisions of another one mean nothing here. */
  readonly database: string;
  readonly revision: number;
  /** The agent forgets what it holds first: the snapshot for one that knows nothing, or whose revision is too old. */
  readonly reset: boolean;
  /** The subscription request that this answers, absent for a change that came by itself. */
  readonly subscription?: number;
  readonly put: readonly RowPut[];
  readonly del: readonly RowDelete[];
}

/**
 * Something that only an agent can tell: what it has compiled, what its switch counts. Answered once; changes nothing.
 * `name` is one of those that the agent's `sync/questions.ts` knows.
 */
export interface AgentQuestion {
  readonly type: 'question';
  readonly id: number;
  readonly name: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Which of the wanted roles the edge has, by VLAN translation. */
export interface AgentRolesHeld {
  readonly type: 'roles';
  readonly request: number;
  readonly held: readonly number[];
}

/** The manager does not know this agent (any more): say hello again. `reason` is for the log. */
export interface AgentRefused {
  readonly type: 'refused';
  readonly reason: string;
}

export type FromAgent = AgentHello | AgentSubscribe | AgentFacts | AgentRoles | AgentApplied | AgentAnswer | Ping;
export type ToAgent = AgentUpdate | AgentRolesHeld | AgentRefused | AgentQuestion | Ping;
export type FromApi = ApiRequest | HealthRequest;
