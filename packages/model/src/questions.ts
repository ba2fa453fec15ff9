/**
 * What a manager asks agents: things that only they can tell, such as what they have compiled and what their switches count.
 * A question is asked and answered once, and changes nothing.
 */
import type { FilterDirection } from './security_rules.ts';

export interface AgentWarning {
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** How far an agent is. */
export interface AgentStatus {
  readonly bridge: string;
  /** Flows wanted. */
  readonly flows: number;
  /** Interfaces that live on this host, and networks in use on it. */
  readonly interfaces: number;
  readonly networks: number;
  readonly warnings: readonly AgentWarning[];
}

/** What there is to say of a link. */
export const LINK_STATES = ['not opened', 'down', 'no LACP partner', 'LACP asking', 'up'] as const;
export type LinkState = (typeof LINK_STATES)[number];

/** Several links that a datapath uses as one. */
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

/** A packet from one interface to another, by their ids. */
export interface WhyQuestion {
  readonly from: number;
  readonly to: number;
  /** Of IP. */
  readonly protocol: number;
  /** Destination port, for the protocols that have one. */
  readonly port: number | null;
}

/** What becomes of the packet on one host. */
export interface Explanation {
  /** `delivered` to the interface's port, `sent` to another host, `punted` to the agent, or `dropped`. */
  readonly outcome: 'delivered' | 'sent' | 'punted' | 'dropped';
  /** The last table, and what it is for. */
  readonly table: string;
  readonly purpose: string;
  /** Rules that decided, in the order of their tables. */
  readonly reasons: readonly string[];
  /** All tables that the packet went through, in order. */
  readonly path: readonly string[];
}

interface Counters {
  readonly direction: FilterDirection;
  readonly packets: number;
  readonly bytes: number;
}

/** What one rule of a security group has let pass on one host since its flows were written. */
export interface RuleCounters extends Counters {
  /** As it was written; `open` is everything out without egress rules, `members` everything among members. */
  readonly rule: string;
  /** Line of the rule in the text, from 1. */
  readonly line: number | null;
  /** Connections that it was the last to be asked about, and accepted. */
  readonly connections: number;
}

/** What was denied to (ingress) and from (egress) one interface on one host. */
export interface DeniedCounters extends Counters {
  /** Uuid of the interface. */
  readonly interface: string;
}

export interface RuleStats {
  readonly rules: readonly RuleCounters[];
  /** Local members; filters count with the groups. */
  readonly denied: readonly DeniedCounters[];
}

/** The questions, by their names: with what, and what is answered. */
export interface Questions {
  readonly status: { readonly params: Readonly<Record<string, never>>; readonly answer: AgentStatus };
  /** Where several links are used as one; not answered while the agent does not know how they are. */
  readonly bonds: {
    readonly params: Readonly<Record<string, never>>;
    readonly answer: { readonly bonds: readonly BondState[] };
  };
  readonly why: { readonly params: WhyQuestion; readonly answer: Explanation };
  readonly rule_stats: { readonly params: { readonly uuid: string }; readonly answer: RuleStats };
}

export type QuestionName = keyof Questions;
export type ParamsOf<N extends QuestionName> = Questions[N]['params'];
export type AnswerOf<N extends QuestionName> = Questions[N]['answer'];
