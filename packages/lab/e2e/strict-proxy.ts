/**
 * Stands between a controller and an Open vSwitch, and makes it a switch that speaks OpenFlow 1.3 alone. Its argument is a
 * `StrictLine` in JSON; it prints one JSON line for each thing that happens.
 */
import { connect, createServer, type NetConnectOpts, type Socket } from 'node:net';
import { judge, limitTables, oddity, split, type Abilities } from './strict-openflow.ts';

/** Endpoints are `unix:/path` or `tcp:ADDRESS:PORT`. */
export interface StrictLine extends Abilities {
  /** Whoever dials here is served … */
  readonly listen: string;
  /** … by what is at the end of a line to there. */
  readonly dial: string;
  /** Which of the two is the controller. */
  readonly controller: 'listens' | 'dials';
}

const line = JSON.parse(process.argv[2]!) as StrictLine;

function say(msg: string, details: object = {}): void {
  process.stdout.write(`${JSON.stringify({ msg, ...details })}\n`);
}

function addressOf(endpoint: string): NetConnectOpts {
  const [, path, host, port] = /^unix:(.+)$|^tcp:(.+):(\d+)$/.exec(endpoint) ?? [];
  return path === undefined ? { host: host!, port: Number(port) } : { path };
}

/** Hands each message of a stream to `take`, and gives up both sides when it ends. */
function follow(from: Socket, to: Socket, take: (message: Buffer) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  from.on('data', (chunk: Buffer) => {
    try {
      const cut = split(Buffer.concat([rest, chunk]));
      rest = cut.rest;
      cut.messages.forEach(take);
    } catch (error) {
      say('broken', { error: String(error) });
      from.destroy();
    }
  });
  from.on('error', () => undefined);
  from.on('close', () => to.destroy());
}

function serve(dialled: Socket, dialling: Socket): void {
  const [controller, behind] = line.controller === 'dials' ? [dialled, dialling] : [dialling, dialled];
  dialled.setNoDelay();
  dialling.setNoDelay();
  follow(controller, behind, (message) => {
    const verdict = judge(message, line);
    if (!verdict) behind.write(message);
    else {
      controller.write(verdict.reply);
      const { refused } = verdict;
      if (refused)
        say('refused', { error: refused.error, what: refused.message, hex: message.toString('hex', 0, 256) });
    }
  });
  follow(behind, controller, (message) => {
    const what = oddity(message);
    if (what !== undefined) say('the switch says', { what, hex: message.toString('hex', 0, 256) });
    controller.write(limitTables(message, line));
  });
}

let connections = 0;
const server = createServer((dialled) => {
  const dialling = connect(addressOf(line.dial));
  dialling.on('connect', () => say('connected', { connection: ++connections }));
  serve(dialled, dialling);
});
server.listen(addressOf(line.listen), () => say('ready'));
process.on('SIGTERM', () => process.exit(0));
