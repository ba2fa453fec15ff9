import { Reply, type Context } from 'zeromq';
import type { AuthorizedKeys } from './keys.ts';
import { RepeatedLines, type BusLog } from './log.ts';
import { z85Encode } from './z85.ts';

export const ZAP_DOMAIN = 'vnet';

/**
 * Answers libzmq's question who may connect (ZAP, ZeroMQ RFC 27): authorised public keys, nobody else.
 * Has to be bound before the sockets that it guards; one per context.
 */
export class Gatekeeper {
  readonly #socket: Reply;

  private constructor(socket: Reply) {
    this.#socket = socket;
  }

  static async open(context: Context, keys: AuthorizedKeys, log: BusLog): Promise<Gatekeeper> {
    const socket = new Reply({ context, linger: 0 });
    await socket.bind('inproc://zeromq.zap.01');
    void answer(socket, keys, log);
    return new Gatekeeper(socket);
  }

  close(): void {
    this.#socket.close();
  }
}

async function answer(socket: Reply, keys: AuthorizedKeys, log: BusLog): Promise<void> {
  const warnings = new RepeatedLines(log);
  for await (const [version, requestId, , address, , mechanism, publicKey] of socket) {
    const allowed = isAllowed({ address, mechanism, publicKey }, keys, warnings);
    const status = allowed ? ['200', 'OK'] : ['400', 'unknown key'];
    await socket.send([version ?? '1.0', requestId ?? '', ...status, '', '']);
  }
}

type Question = Readonly<Record<'address' | 'mechanism' | 'publicKey', Buffer | undefined>>;

function isAllowed(question: Question, keys: AuthorizedKeys, log: RepeatedLines): boolean {
  const address = question.address?.toString() ?? '';
  if (question.mechanism?.toString() !== 'CURVE' || question.publicKey?.length !== 32) {
    log.warn(address, { address }, 'connection refused: it has no CURVE key; give the client --keys DIR');
    return false;
  }
  const key = z85Encode(question.publicKey);
  try {
    if (keys.find(key) !== undefined) return true;
    const remedy = 'add it as agents/NODE.pub or clients/NAME.pub';
    log.warn(key, { address, key }, `connection refused: unknown public key; ${remedy}`);
  } catch (error) {
    const fields = { address, key, error: (error as Error).message };
    log.warn('', fields, 'connection refused: the directory of authorised keys is unreadable');
  }
  return false;
}
