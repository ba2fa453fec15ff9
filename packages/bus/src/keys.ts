/**
 * The keys between programs.
 *
 * ```
 * DIR/manager.key           secret of the manager (0600)            stays with the manager
 * DIR/manager.pub           its public key                          goes to every client
 * DIR/client.key            secret of a client (0600)               stays with the client
 * DIR/clients/NAME.pub      may connect as anything                 stays with the manager
 * DIR/agents/NODE.pub       may connect as the agent NODE only      stays with the manager
 * DIR/handout/NODE/         client.key and manager.pub of one agent, ready to be moved to its host
 * ```
 *
 * `vnmgr keygen DIR` makes the manager's pair and one client pair that is good for every program, so that one directory
 * serves a small site. `vnmgr keygen DIR hv1 hv2` adds keys bound to those node ids. Existing keys are never replaced.
 * Authorised keys may be added and removed while the manager runs; removing one does not end its open connection.
 *
 * A `.pub` file is one line of 40 characters (Z85, ZeroMQ RFC 32); a `.key` file has the lines `public …` and `secret …`.
 *
 * What holds: CURVE (ZeroMQ RFC 26) encrypts, and lets in only authorised keys. It does not tell the manager which key a
 * connection used, so each connection also proves its key to the manager (`openProof`): the node id that a key is bound
 * to cannot be claimed with another agent's key. On endpoints without CURVE (ipc, or no keys) nothing is bound.
 */
import { createHmac, createPrivateKey, createPublicKey, diffieHellman, timingSafeEqual } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { curveKeyPair } from 'zeromq';
import type { BusLog } from './log.ts';
import { z85Decode } from './z85.ts';

/** A key file that is missing or unreadable; the message names it and the remedy. */
export class KeyError extends Error {
  override name = 'KeyError';
}

export interface KeyPair {
  /** Z85, 40 characters. */
  readonly publicKey: string;
  /** Z85, 40 characters. */
  readonly secretKey: string;
}

export interface ClientKeys extends KeyPair {
  readonly managerPublicKey: string;
}

/** A public key that may connect. */
export interface AuthorizedKey {
  /** For the log, for example `agents/hv1`. */
  readonly name: string;
  readonly publicKey: string;
  /** The only node id that this key may claim; absent for a key of `clients/`. */
  readonly node?: string;
}

/** Node ids become file names: what they may look like when they are given keys. */
const NODE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/**
 * Makes what is missing in `dir`: the manager's pair, the shared client pair, and a pair for each of `nodes`.
 * @returns the files it wrote
 * @throws KeyError for a node id that cannot be a file name
 */
export function keygen(dir: string, nodes: readonly string[] = []): string[] {
  const bad = nodes.find((node) => !NODE_NAME.test(node));
  if (bad !== undefined) {
    throw new KeyError(`node id "${bad}" cannot have keys: use letters, digits, dot, dash and underscore, at most 64`);
  }
  const written: string[] = [];
  const write = (path: string, text: string, mode: number): void => {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text, { mode });
    chmodSync(path, mode);
    written.push(path);
  };
  const pairOf = (secretFile: string, publicFile: string): KeyPair => {
    const pair = existsSync(secretFile) ? readPair(secretFile) : curveKeyPair();
    if (!existsSync(secretFile)) write(secretFile, pairText(pair), 0o600);
    if (!existsSync(publicFile)) write(publicFile, `${pair.publicKey}\n`, 0o644);
    return pair;
  };

  const manager = pairOf(join(dir, 'manager.key'), join(dir, 'manager.pub'));
  pairOf(join(dir, 'client.key'), join(dir, 'clients', 'client.pub'));
  for (const node of nodes) {
    const publicFile = join(dir, 'agents', `${node}.pub`);
    // The secret may have been moved to its host: an authorised node keeps its key.
    if (existsSync(publicFile)) continue;
    const handout = join(dir, 'handout', node);
    pairOf(join(handout, 'client.key'), publicFile);
    write(join(handout, 'manager.pub'), `${manager.publicKey}\n`, 0o644);
  }
  return written;
}

/** @throws KeyError */
export function loadManagerKeys(dir: string): KeyPair {
  return readPair(join(dir, 'manager.key'));
}

/** @throws KeyError */
export function loadClientKeys(dir: string): ClientKeys {
  return { ...readPair(join(dir, 'client.key')), managerPublicKey: readPublic(join(dir, 'manager.pub')) };
}

/** The keys that may connect, read again whenever a file was added or removed. */
export class AuthorizedKeys {
  readonly #dir: string;
  readonly #log: BusLog;
  #stamp = '';
  #byPublicKey: ReadonlyMap<string, AuthorizedKey> = new Map();

  constructor(dir: string, log: BusLog) {
    this.#dir = dir;
    this.#log = log;
  }

  find(publicKey: string): AuthorizedKey | undefined {
    const folders = ['agents', 'clients'].map((name) => join(this.#dir, name)).filter((folder) => existsSync(folder));
    const stamp = folders.map((folder) => `${folder}=${statSync(folder).mtimeMs}`).join();
    if (stamp !== this.#stamp) {
      this.#byPublicKey = new Map(folders.flatMap((folder) => this.#read(folder)).map((key) => [key.publicKey, key]));
      this.#stamp = stamp;
    }
    return this.#byPublicKey.get(publicKey);
  }

  /** A file that is no key shuts out its own owner, nobody else. */
  #read(folder: string): AuthorizedKey[] {
    const files = readdirSync(folder).filter((file) => file.endsWith('.pub'));
    return files.flatMap((file) => {
      try {
        return [readAuthorized(folder, file)];
      } catch (error) {
        this.#log.error({ file: join(folder, file), error: (error as Error).message }, 'authorised key ignored');
        return [];
      }
    });
  }
}

/**
 * Proves to the manager that the connection with this identity belongs to the holder of `own`: an HMAC over the identity
 * with the secret that only the two key pairs share (X25519, RFC 7748; CURVE keys are such keys). The identity is random
 * and travels encrypted, so the proof is of no use to anyone else.
 */
export function openProof(own: KeyPair, peerPublicKey: string, identity: string): string {
  const secret = diffieHellman({
    privateKey: createPrivateKey({
      format: 'jwk',
      key: { kty: 'OKP', crv: 'X25519', x: base64url(own.publicKey), d: base64url(own.secretKey) },
    }),
    publicKey: createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'X25519', x: base64url(peerPublicKey) } }),
  });
  return createHmac('sha256', secret).update(`vnet-bus-open ${identity}`).digest('hex');
}

export function sameProof(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

function readAuthorized(folder: string, file: string): AuthorizedKey {
  const owner = basename(file, '.pub');
  const publicKey = readPublic(join(folder, file));
  const name = `${basename(folder)}/${owner}`;
  return basename(folder) === 'agents' ? { name, publicKey, node: owner } : { name, publicKey };
}

function pairText(pair: KeyPair): string {
  return `public ${pair.publicKey}\nsecret ${pair.secretKey}\n`;
}

function readPair(path: string): KeyPair {
  const lines = new Map(
    readKeyFile(path)
      .split('\n')
      .map((line) => line.trim().split(/\s+/, 2) as [string, string]),
  );
  const publicKey = lines.get('public');
  const secretKey = lines.get('secret');
  if (!isKey(publicKey) || !isKey(secretKey)) {
    throw new KeyError(`${path} needs the lines "public KEY" and "secret KEY" with keys of 40 characters`);
  }
  return { publicKey, secretKey };
}

function readPublic(path: string): string {
  const text = readKeyFile(path).trim();
  if (!isKey(text)) throw new KeyError(`${path} needs one line with a public key of 40 characters`);
  return text;
}

function readKeyFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new KeyError(`cannot read key file ${path} (${(error as Error).message}): make keys with "vnmgr keygen DIR"`);
  }
}

function isKey(text: string | undefined): text is string {
  return text !== undefined && z85Decode(text)?.length === 32;
}

function base64url(key: string): string {
  return z85Decode(key)!.toString('base64url');
}
