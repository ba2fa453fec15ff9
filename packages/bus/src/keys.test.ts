import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { curveKeyPair, Dealer } from 'zeromq';
import { Harness, type NotingServer } from '../test/harness.ts';
import { BusClient, checkEndpoint, EndpointError, keygen, KeyError, type BusMessage } from './index.ts';
import { loadClientKeys, loadManagerKeys, openProof } from './keys.ts';
import { z85Decode, z85Encode } from './z85.ts';

let harness: Harness;
beforeEach(() => {
  harness = new Harness();
});
afterEach(() => harness.end());

test('Z85 is that of ZeroMQ RFC 32', () => {
  const bytes = Buffer.from('864fd26fb559f75b', 'hex');
  expect(z85Encode(bytes)).toBe('HelloWorld');
  expect(z85Decode('HelloWorld')).toEqual(bytes);
  expect(z85Decode('Hello~')).toBeUndefined();
  expect(z85Decode('#####')).toBeUndefined();
});

describe('checkEndpoint', () => {
  test.each([
    'ipc:///run/vnet/bus',
    'tcp://127.0.0.1:9102',
    'tcp://localhost:1',
    'tcp://[::1]:9102',
    'tcp://127.1.2.3:*',
  ])('%s needs no keys', (endpoint) => expect(() => checkEndpoint(endpoint, {})).not.toThrow());

  test.each([
    'tcp://10.0.0.1:9102',
    'tcp://*:9102',
    'tcp://0.0.0.0:9102',
    'tcp://[2001:db8::1]:9102',
    'tcp://host:9102',
  ])('%s needs keys or --insecure', (endpoint) => {
    expect(() => checkEndpoint(endpoint, {})).toThrow(EndpointError);
    expect(() => checkEndpoint(endpoint, {})).toThrow(`endpoint ${endpoint} is reachable from the network`);
    expect(() => checkEndpoint(endpoint, { keys: '/etc/vnet/keys' })).not.toThrow();
    expect(() => checkEndpoint(endpoint, { insecure: true })).not.toThrow();
  });

  test.each([
    '',
    '9102',
    'tcp://',
    'tcp://host',
    'tcp://host:99999',
    'udp://a:1',
    'ipc://',
    `ipc:///${'x'.repeat(120)}`,
  ])('%j is refused', (endpoint) => expect(() => checkEndpoint(endpoint, { insecure: true })).toThrow(EndpointError));
});

describe('keygen', () => {
  test('makes the layout, secrets readable by their owner only, and replaces nothing', () => {
    const dir = join(harness.dir, 'keys');
    keygen(dir, ['hv1']);
    for (const secret of ['manager.key', 'client.key', 'handout/hv1/client.key']) {
      expect(statSync(join(dir, secret)).mode & 0o777).toBe(0o600);
    }
    const [before, agent] = ['manager.key', 'agents/hv1.pub'].map((file) => readFileSync(join(dir, file), 'utf8'));
    renameSync(join(dir, 'handout', 'hv1'), join(harness.dir, 'hv1'));
    expect(keygen(dir, ['hv1', 'hv2'])).toHaveLength(3);
    expect(readFileSync(join(dir, 'manager.key'), 'utf8')).toBe(before);
    expect(readFileSync(join(dir, 'agents/hv1.pub'), 'utf8')).toBe(agent);
    expect(existsSync(join(dir, 'handout/hv1'))).toBe(false);
  });

  test('refuses a node id that is no file name, and broken files', () => {
    expect(() => keygen(harness.dir, ['../hv'])).toThrow(KeyError);
    expect(() => loadManagerKeys(harness.dir)).toThrow(/cannot read key file .*manager\.key .*: make keys with/);
    writeFileSync(join(harness.dir, 'client.key'), 'public x\n');
    expect(() => loadClientKeys(harness.dir)).toThrow('needs the lines "public KEY" and "secret KEY"');
  });
});

test('both sides compute the same proof, a third party another one', () => {
  const [manager, agent, other] = [curveKeyPair(), curveKeyPair(), curveKeyPair()];
  expect(openProof(agent, manager.publicKey, 'id')).toBe(openProof(manager, agent.publicKey, 'id'));
  expect(openProof(other, manager.publicKey, 'id')).not.toBe(openProof(manager, agent.publicKey, 'id'));
  expect(openProof(agent, manager.publicKey, 'id2')).not.toBe(openProof(manager, agent.publicKey, 'id'));
});

describe('over CURVE', () => {
  let dir: string;
  let server: NotingServer;

  beforeEach(async () => {
    dir = join(harness.dir, 'keys');
    keygen(dir, ['hv1', 'hv2']);
    server = await harness.server({ listen: ['tcp://127.0.0.1:*', `ipc://${harness.dir}/bus`], keys: dir });
  });

  /** Says hello as soon as it is up. */
  function connect(
    keys: string | undefined,
    endpoint = server.bus.endpoints.find((one) => one.startsWith('tcp'))!,
  ): BusClient<BusMessage> {
    const client: BusClient<BusMessage> = new BusClient<BusMessage>({
      endpoints: [endpoint],
      log: harness.log,
      ...(keys === undefined ? {} : { keys }),
      onUp: () => client.send({ type: 'hello' }),
    });
    return harness.closing(client);
  }

  test("an agent's key lets it in, bound to its node", async () => {
    connect(join(dir, 'handout', 'hv1'));
    await vi.waitFor(() => expect([...server.peers].map(({ node }) => node)).toEqual(['hv1']));
  });

  test('a shared key lets in, bound to nothing', async () => {
    connect(dir);
    await vi.waitFor(() => expect([...server.peers].map(({ node }) => node)).toEqual([undefined]));
  });

  test('the unix socket beside it needs no keys', async () => {
    connect(undefined, `ipc://${harness.dir}/bus`);
    await vi.waitFor(() => expect(server.peers.size).toBe(1));
  });

  test('an unknown key is refused, until it is authorised', async () => {
    const foreign = join(harness.dir, 'foreign');
    keygen(foreign);
    writeFileSync(join(foreign, 'manager.pub'), readFileSync(join(dir, 'manager.pub')));
    connect(foreign);
    await vi.waitFor(() => {
      expect(harness.lines.map(({ message }) => message)).toContainEqual(
        expect.stringContaining('connection refused: unknown public key'),
      );
    });
    expect(server.peers.size).toBe(0);
    writeFileSync(join(dir, 'clients', 'foreign.pub'), readFileSync(join(foreign, 'clients', 'client.pub')));
    await vi.waitFor(() => expect(server.peers.size).toBe(1), 5_000);
  });

  test('a broken file shuts out nobody else', async () => {
    writeFileSync(join(dir, 'agents', 'hv0.pub'), 'nonsense');
    connect(join(dir, 'handout', 'hv1'));
    await vi.waitFor(() => expect(server.peers.size).toBe(1));
    expect(harness.lines).toContainEqual(expect.objectContaining({ message: 'authorised key ignored' }));
  });

  test('a key that is no longer authorised is refused', async () => {
    rmSync(join(dir, 'agents', 'hv1.pub'));
    connect(join(dir, 'handout', 'hv1'));
    await vi.waitFor(() => {
      expect(harness.lines.map(({ fields }) => fields)).toContainEqual(
        expect.objectContaining({ reason: expect.stringContaining('refused our key') as string }),
      );
    });
    expect(server.messages).toEqual([]);
  });

  test('a client without keys, and one with the key of another manager, are refused', async () => {
    const other = join(harness.dir, 'other');
    keygen(other);
    connect(undefined);
    connect(other);
    await vi.waitFor(() => {
      expect(
        harness.lines.filter(({ fields }) =>
          /handshake failed|silent|connection lost|nothing listens/.test(JSON.stringify(fields)),
        ),
      ).toHaveLength(2);
    }, 5_000);
    expect(server.messages).toEqual([]);
  });

  test("an authorised key cannot claim another agent's node", async () => {
    const mine = loadClientKeys(join(dir, 'handout', 'hv1'));
    const theirs = loadClientKeys(join(dir, 'handout', 'hv2')).publicKey;
    const socket = new Dealer({
      routingId: 'claims-hv2',
      linger: 0,
      curvePublicKey: mine.publicKey,
      curveSecretKey: mine.secretKey,
      curveServerKey: mine.managerPublicKey,
    });
    harness.closing(socket);
    socket.connect(server.bus.endpoints.find((one) => one.startsWith('tcp'))!);
    await socket.send(
      JSON.stringify({ type: 'open', key: theirs, proof: openProof(mine, mine.managerPublicKey, 'claims-hv2') }),
    );
    expect((await socket.receive())[0]!.toString()).toContain('it did not prove the key it claims');
    await socket.send(JSON.stringify({ type: 'hello' }));
    await socket.receive();
    expect(server.messages).toEqual([]);
  });
});
