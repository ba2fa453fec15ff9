import type { AgentWarning, RuleStats } from '@vnet/model';
import type { Engine } from '../compile/engine.ts';
import { pipelineOf } from '../compile/root.ts';
import type { UnitRun } from '../compile/unit-run.ts';
import type { Switch } from '../datapath/switch.ts';
import { explain, parseQuestion, type ExplainOptions } from '../explain/explain.ts';
import { ruleStats } from '../stats/rule-stats.ts';
import type { State } from '../state/state.ts';
import type { Answers } from './questions.ts';

export interface AnswersOptions {
  readonly bridge: string;
  readonly state: State<UnitRun>;
  readonly engine: Engine;
  /** Reads flows with their counters from the switch. */
  readonly flows: Switch['flows'];
  /** A command of the switch's control socket (ovs-appctl(8)). */
  readonly control: (command: string, ...args: readonly string[]) => Promise<string>;
  /** Whether the ports last seen are those of the switch. */
  readonly arePortsKnown: () => boolean;
  /** What is wrong besides what the engine warns of. */
  readonly warnings: () => readonly AgentWarning[];
}

/** What the agent tells when it is asked. A switch with plain OpenFlow 1.3 has neither traces nor rules that count. */
export function answersOf(options: AnswersOptions): Answers {
  const { bridge, state, engine, control, arePortsKnown } = options;
  const isPlain = (): boolean => pipelineOf(state) !== 'ovs';
  const explaining: ExplainOptions = {
    view: state,
    trace: async (flow) => control('ofproto/trace', bridge, flow),
    reasonsOf: (cookies) => engine.reasonsOf(cookies),
  };
  return {
    status: () => ({
      bridge,
      flows: engine.flowCount,
      interfaces: engine.output('localInterface').size,
      networks: engine.output('localNetwork').size,
      warnings: [...engine.output('warning').values(), ...options.warnings()],
    }),
    // Nothing of what the switch said before it fell silent.
    bonds: () => (arePortsKnown() ? { bonds: [...engine.output('bond').values()] } : undefined),
    rule_stats: ({ uuid }) => (typeof uuid === 'string' ? groupStats(options, uuid) : undefined),
    why: async (params) => {
      const question = isPlain() ? undefined : parseQuestion(params);
      return question && (await explain(question, explaining));
    },
  };
}

/** Counters of a security group's rules on this host, by its uuid; undefined when it is not known, or not counted, here. */
export async function groupStats(
  { state, flows }: Pick<AnswersOptions, 'state' | 'flows'>,
  group: string,
): Promise<RuleStats | undefined> {
  return pipelineOf(state) === 'ovs' ? ruleStats(state, flows, group) : undefined;
}
