/**
 * Runs in a VM: says the VM's name to whoever asks over UDP, and asks others when told to.
 *
 * With tenants that use the same addresses an answer alone proves nothing: it has to come from the right machine.
 * Lines on stdin: `{"to": "10.0.0.2", "timeout": 500}`; to each, one line on stdout: `{"answer": "blue2"}`, or
 * `{"answer": null}` when nobody answers in time.
 */
import { createSocket } from 'node:dgram';
import { createInterface } from 'node:readline';

const PORT = 7007;
const RETRY_MS = 100;

interface Question {
  readonly to: string;
  /** Milliseconds. */
  readonly timeout: number;
}

const [name = ''] = process.argv.slice(2);
const socket = createSocket('udp4');
let pending: ((answer: string | null) => void) | undefined;
let questions = 0;
let token = '';

socket.on('message', (bytes, peer) => {
  const [verb, about, rest] = bytes.toString().split(' ');
  if (verb === 'who') socket.send(`name ${about ?? ''} ${name}`, peer.port, peer.address);
  if (verb === 'name' && about === token) pending?.(rest ?? null);
});
// Unreachable destinations are an answer like any other: none.
socket.on('error', () => undefined);

async function ask({ to, timeout }: Question): Promise<string | null> {
  // Of this VM alone: an answer may go astray to another one with the same address.
  questions += 1;
  token = `${name}-${questions}`;
  const send = (): void => socket.send(`who ${token}`, PORT, to, () => undefined);
  const retry = setInterval(send, RETRY_MS);
  send();
  const answer = await new Promise<string | null>((resolve) => {
    pending = resolve;
    setTimeout(() => resolve(null), timeout);
  });
  clearInterval(retry);
  return answer;
}

socket.bind(PORT, () => {
  socket.setBroadcast(true);
  process.stdout.write('{"ready":true}\n');
});

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify({ answer: await ask(JSON.parse(line) as Question) })}\n`);
}
process.exit();
