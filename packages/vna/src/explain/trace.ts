/** What `ofproto/trace` (ovs-vswitchd(8)) says, as data. */

export interface TraceStep {
  /** Number of the table. */
  readonly table: number;
  /** The flow that matched, as OVS prints it. */
  readonly match: string;
  readonly cookie: bigint | undefined;
}

export interface Trace {
  readonly steps: readonly TraceStep[];
  /** OpenFlow number of the port that the packet leaves by; undefined when it does not leave. */
  readonly output: number | undefined;
  /** The packet is handed to the controller. */
  readonly punted: boolean;
}

const STEP = /^\s*(\d+)\. (?:(.*), )?priority \d+(?:, cookie 0x([0-9a-f]+))?$/;
const MISS = /^\s*(\d+)\. No match\.$/;
const NATIVE_TUNNEL = /^\s*-> output to native tunnel/;
const ACTIONS = /^Datapath actions: (.*)$/;

function step(line: string): TraceStep | undefined {
  const [, table, match = '', cookie] = STEP.exec(line) ?? [];
  if (table !== undefined) {
    return { table: Number(table), match, cookie: cookie === undefined ? undefined : BigInt(`0x${cookie}`) };
  }
  const [, missed] = MISS.exec(line) ?? [];
  return missed === undefined ? undefined : { table: Number(missed), match: '', cookie: undefined };
}

/** Passes through conntrack make several traces in one text: the last one says what becomes of the packet. */
export function parseTrace(text: string): Trace {
  const lines = text.split('\n');
  const actions = lines.map((line) => ACTIONS.exec(line)?.[1]).filter((each) => each !== undefined);
  const last = actions.at(-1) ?? 'drop';
  // What follows is about the packet that carries this one through the tunnel.
  const inner = lines.findIndex((line) => NATIVE_TUNNEL.test(line));
  const own = inner < 0 ? lines : lines.slice(0, inner);
  const outputs = own.flatMap((line) => /^\s*output:(\d+)$/.exec(line)?.[1] ?? []);
  const isDropped = last === 'drop';
  const port = outputs.at(-1);
  return {
    steps: own.map(step).filter((each) => each !== undefined),
    output: isDropped || port === undefined ? undefined : Number(port),
    punted: !isDropped && port === undefined && last.includes('userspace('),
  };
}
