/** The commands about the whole model, and ways to print, against a server that answers as the API does. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { run } from './run.ts';

interface Asked {
  readonly line: string;
  readonly body: unknown;
}

let server: Server;
let asked: Asked[];
/** By method and path. */
let answers: Record<string, unknown>;

beforeEach(async () => {
  asked = [];
  answers = {};
  server = createServer((request, response) => {
    void reply(request).then((body) => {
      response.setHeader('etag', '"7"').writeHead(body === undefined ? 500 : 200);
      response.end(JSON.stringify(body ?? { error: 'RuntimeError', message: request.url, code: '500' }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => server.close());

async function reply(request: IncomingMessage): Promise<unknown> {
  const { method, url = '' } = request;
  const body = await text(request);
  const line = `${method} ${url.replace('/api/1.0', '')}`;
  asked.push({ line, body: body === '' ? undefined : JSON.parse(body) });
  return answers[line.replace(/\?.*/, '')];
}

async function vnctl(
  line: string,
  files: Readonly<Record<string, string>> = {},
): Promise<{ code: number; out: string; err: string }> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await run(line.split(' '), {
    env: { VNET_WEBAPI: `127.0.0.1:${(server.address() as AddressInfo).port}` },
    print: (printed) => void out.push(printed),
    warn: (warned) => void err.push(warned),
    readFile: (path) => files[path],
    readStdin: () => files['stdin'] ?? '',
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

const plan = [
  { operation: 'create', section: 'interfaces', uuid: 'if-web1', fields: { mode: [null, 'vif'] } },
  { operation: 'update', section: 'networks', uuid: 'nw-a', fields: { display_name: ['a', 'b'], mtu: [null, 1400] } },
  { operation: 'delete', section: 'datapaths.networks', uuid: 'dp-1', other: 'nw-a', fields: {} },
];
const planned = [
  '+ interfaces if-web1',
  '~ networks nw-a: display_name "a" → "b", mtu none → 1400',
  '- datapaths networks dp-1 nw-a',
  '1 to add, 1 to change, 1 to delete, 997 unchanged',
].join('\n');
const file = { 'f.yaml': 'networks:\n  nw-a: {display_name: 007, dpid: 0x1f, gone: null}\n' };
const sent = { networks: { 'nw-a': { display_name: '007', dpid: '0x1f', gone: null } } };

describe('datapaths show', () => {
  const links = [
    { name: 'eth1', state: 'up', in_use: true },
    { name: 'eth2', state: 'no LACP partner', in_use: false },
  ];
  const bond = { kind: 'trunk', name: 'bond1', mode: 'all links', lacp: true, fallback: 'active-backup', links };
  const other = { ...bond, kind: 'uplink', name: 'eth3+eth4', mode: 'one link at a time', lacp: false, links: [] };
  const since = '2026-11-21 06:01:59 UTC';

  test.each([
    [
      { connected: true, since, bonds: [bond, { ...bond, fallback: 'none' }, other] },
      [
        `agent  connected since ${since}`,
        '       trunk bond1: all links (LACP; without a partner one link at a time)',
        '         eth1  up               in use',
        '         eth2  no LACP partner  not in use',
        '       trunk bond1: all links (LACP; without a partner nothing is sent)',
        '         eth1  up               in use',
        '         eth2  no LACP partner  not in use',
        '       uplink eth3+eth4: one link at a time (no LACP)',
      ],
    ],
    [
      { connected: true, since, bonds: null },
      [`agent  connected since ${since}`, '       (it does not say how its links are: see its log)'],
    ],
    [{ connected: false, since, bonds: null }, [`agent  not connected since ${since}`]],
    [{ connected: false, since: null, bonds: null }, ['agent  not connected']],
  ])('says how several links are used: %j', async (agent, lines) => {
    answers['GET /datapaths/dp-1'] = { uuid: 'dp-1', agent };
    expect((await vnctl('datapaths show dp-1')).out.split('\n')).toEqual(['uuid   dp-1', ...lines]);
    expect(JSON.parse((await vnctl('datapaths show dp-1 -o json')).out)).toEqual({ uuid: 'dp-1', agent });
  });
});

describe('apply', () => {
  test('asks what would be done, says it, and has it done', async () => {
    answers['POST /apply'] = { applied: true, plan, unchanged: 997 };
    expect(await vnctl('apply -f f.yaml --prune', file)).toEqual({
      code: 0,
      out: `${planned}\ndone (revision 7)`,
      err: '',
    });
    expect(asked).toEqual([
      { line: 'POST /apply?prune=true&dry_run=true&strict=1', body: sent },
      { line: 'POST /apply?prune=true&strict=1', body: sent },
    ]);
  });

  test('waits for the switches with the change only', async () => {
    answers['POST /apply'] = { applied: true, plan, unchanged: 997 };
    await vnctl('apply -f f.yaml --wait', file);
    expect(asked.map(({ line }) => line)).toEqual([
      'POST /apply?dry_run=true&strict=1',
      'POST /apply?wait=flows&timeout=10&strict=1',
    ]);
  });

  test.each([
    ['--dry-run', plan, planned],
    ['', [], '0 to add, 0 to change, 0 to delete, 997 unchanged'],
  ])('is content with the plan: %s', async (option, changes, out) => {
    answers['POST /apply'] = { applied: false, plan: changes, unchanged: 997 };
    expect(await vnctl(`apply -f f.yaml ${option}`.trim(), file)).toEqual({ code: 0, out, err: '' });
    expect(asked).toHaveLength(1);
  });

  test('prints the uuids that it has changed, or the answer', async () => {
    answers['POST /apply'] = { applied: true, plan, unchanged: 997 };
    expect((await vnctl('apply -f f.yaml -o name', file)).out).toBe('if-web1\nnw-a\ndp-1');
    expect(JSON.parse((await vnctl('apply -f f.yaml -o json', file)).out)).toEqual(answers['POST /apply']);
  });

  test('reads JSON, and stdin', async () => {
    answers['POST /apply'] = { applied: false, plan: [], unchanged: 1 };
    await vnctl('apply -f -', { stdin: '{"networks": {"nw-a": {"ipv4_prefix": 24}}}' });
    expect(asked[0]?.body).toEqual({ networks: { 'nw-a': { ipv4_prefix: 24 } } });
  });

  test.each([
    ['networks:\n  nw-a: {a: 1\n  b', 'vnctl: f.yaml, line 3, column '],
    ['{"networks": {"nw-a" 1}}', 'vnctl: f.yaml, line 1, column 22: '],
    ['networks: {}\nnetworks: {}', 'vnctl: f.yaml, line 2, column 1: Map keys must be unique'],
    ['', 'vnctl: f.yaml has no sections: expected what "vnctl export" prints'],
    ['- a', 'vnctl: f.yaml has no sections'],
  ])('of %j nothing is sent', async (content, message) => {
    const { code, out, err } = await vnctl('apply -f f.yaml', { 'f.yaml': content });
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err.startsWith(message)).toBe(true);
    expect(asked).toEqual([]);
  });

  test('a file that is not there', async () => {
    expect(await vnctl('apply -f none')).toEqual({
      code: 1,
      out: '',
      err: 'vnctl: cannot read none: there is no such file',
    });
  });
});

test('export is YAML, or JSON, never a table', async () => {
  answers['GET /export'] = { datapaths: { 'dp-1': { dpid: '0x1f' } } };
  expect((await vnctl('export')).out).toBe('datapaths:\n  dp-1:\n    dpid: "0x1f"');
  expect(JSON.parse((await vnctl('export -o json')).out)).toEqual(answers['GET /export']);
});

test('a tree has the networks with what is in them, one below the other', async () => {
  const leaf = { display_name: null, mode: 'vif', mac_address: '02:00:00:00:00:01', ipv4_addresses: ['10.1.0.5'] };
  answers['GET /tree'] = {
    networks: [
      {
        ...{
          uuid: 'nw-a',
          display_name: 'shop',
          mode: 'virtual',
          ipv4_network: '10.1.0.0',
          ipv4_prefix: 24,
          mtu: 1450,
        },
        interfaces: [
          { ...leaf, uuid: 'if-1', datapath_uuid: 'dp-1', port_name: 'vm1', active: true },
          { ...leaf, uuid: 'if-22', datapath_uuid: 'dp-1', port_name: 'vm2', active: false },
        ],
      },
    ],
    segments: [
      {
        ...{ uuid: 'seg-1', mode: 'virtual', interfaces: [] },
        vlans: [
          { uuid: 'vt-100', vlan_id: 100, datapath_uuid: 'dp-1', port_name: 'trunk0', active: true },
          { uuid: 'vt-200', vlan_id: 200, datapath_uuid: 'dp-1', port_name: 'trunk0', active: false },
        ],
        legacy_machines: [
          {
            ...{ mac_address: '02:00:00:00:00:09', ipv4_address: '10.1.0.9', vlan_id: 100, datapath_uuid: 'dp-1' },
            ...{ port_name: 'trunk0', refused: 'in use already, by if-1' },
          },
        ],
      },
    ],
    unattached: [
      {
        ...leaf,
        ...{ uuid: 'if-3', mac_address: null, ipv4_addresses: [], datapath_uuid: null, port_name: null, active: false },
      },
    ],
  };
  expect((await vnctl('tree')).out.split('\n')).toEqual([
    'nw-a  "shop"  virtual  10.1.0.0/24  mtu 1450',
    '├─ if-1          vif     10.1.0.5  02:00:00:00:00:01  on dp-1 port vm1',
    '└─ if-22         vif     10.1.0.5  02:00:00:00:00:01  on dp-1 port vm2 (not there yet)',
    '',
    'seg-1  virtual  segment',
    '├─ vt-100        edge    VLAN 100                     on dp-1 port trunk0 (carries it)',
    '├─ vt-200        edge    VLAN 200                     on dp-1 port trunk0 (does not carry it)',
    '└─ (discovered)  legacy  10.1.0.9  02:00:00:00:00:09  on dp-1 port trunk0 VLAN 100 (refused: in use already, by if-1)',
    '',
    'in no network and no segment',
    '└─ if-3          vif                                  nowhere yet',
  ]);
});

describe('history', () => {
  const one = { operation: 'create', entity: 'datapath_network', uuid: null, name: 'dp-1 ↔ nw-a', fields: {} };
  const revision = { revision: 12, time: '2026-01-02 03:04:05 UTC', who: '10.0.0.1', request_id: 'r-1' };
  const list = (changes: readonly unknown[]): unknown => ({
    ...{ total_count: 40, offset: 0, limit: 30, items: [{ ...revision, changes }] },
  });

  test('one change on each line', async () => {
    answers['GET /history'] = list([{ ...plan[1], entity: 'network', name: 'nw-a' }, one]);
    expect((await vnctl('history nw-a --limit 1')).out.split('\n')).toEqual([
      'revision  time                     who       what',
      '12        2026-01-02 03:04:05 UTC  10.0.0.1  ~ network nw-a: display_name "a" → "b", mtu none → 1400',
      '                                             + datapath network dp-1 ↔ nw-a',
      '(1 to 1 of 40; see --limit and --offset)',
    ]);
    expect(asked[0]?.line).toBe('GET /history?limit=1&uuid=nw-a&strict=1');
  });

  test('thousands of changes are counted, not listed', async () => {
    answers['GET /history'] = list(Array.from({ length: 3_000 }, () => one));
    const { out } = await vnctl('history --columns revision,what');
    expect(out.split('\n')).toHaveLength(1 + 12 + 1 + 1);
    expect(out).toContain('… and 2988 more: see them with -o json');
  });

  test('columns are checked', async () => {
    answers['GET /history'] = list([one]);
    expect(await vnctl('history --columns whoo')).toMatchObject({
      code: 2,
      err: 'vnctl: --columns: there is no column "whoo"; did you mean who?',
    });
  });
});

describe('show UUID', () => {
  beforeEach(() => {
    answers['GET /find/nw-a'] = { entity: 'network', object: { id: 3, uuid: 'nw-a', mode: 'virtual' } };
  });

  test.each([
    ['show nw-a', 'uuid  nw-a\nmode  virtual'],
    ['show nw-a --columns mode', 'mode  virtual'],
    ['show nw-a -o name', 'nw-a'],
  ])('%s', async (line, out) => {
    expect(await vnctl(line)).toEqual({ code: 0, out, err: '' });
  });
});

describe('-o name and --columns', () => {
  beforeEach(() => {
    answers['GET /networks'] = {
      total_count: 2,
      offset: 0,
      limit: 30,
      items: [1, 2].map((id) => ({ id, uuid: `nw-${id}` })),
    };
    answers['GET /interfaces/if-1/networks'] = {
      ...{ total_count: 1, offset: 0, limit: 30 },
      items: [{ id: 9, interface_id: 5, network_id: 2, static: true }],
    };
    answers['PUT /interfaces/if-1/networks/nw-2'] = { id: 9, interface_id: 5, network_id: 2, static: true };
    answers['DELETE /networks/nw-1'] = ['nw-1'];
    answers['POST /networks'] = { id: 1, uuid: 'nw-1' };
  });

  test.each([
    ['networks show -o name', 'nw-1\nnw-2'],
    ['networks add --ipv4-network 10.0.0.0 -o name', 'nw-1'],
    ['networks del nw-1 -o name', 'nw-1'],
    ['interfaces networks show if-1 -o name', 'nw-2'],
    ['interfaces networks modify if-1 nw-2 --static -o name', 'nw-2'],
    ['interfaces networks show if-1', 'interface_uuid  network_uuid  static\nif-1            nw-2          true'],
    ['interfaces networks show if-1 --columns static,interface-uuid', 'static  interface_uuid\ntrue    if-1'],
  ])('%s', async (line, out) => {
    expect(await vnctl(line)).toEqual({ code: 0, out, err: '' });
  });

  test.each([
    ['networks show --columns uuid,modee', 2, '--columns: there is no column "modee"; did you mean mode?'],
    ['networks show --columns uuid -o json', 2, '--columns is for tables: leave out -o json'],
    ['interfaces ports show if-1 -o name', 2, '-o name: what this command answers has no uuids'],
  ])('%s is refused', async (line, code, message) => {
    const result = await vnctl(line);
    expect(result).toMatchObject({ code, out: '' });
    expect(result.err).toContain(message);
  });

  test('nothing is asked for that the request has said, or that is not shown', async () => {
    await vnctl('interfaces networks modify if-1 nw-2 --static');
    await vnctl('interfaces networks show if-1 --columns static');
    expect(asked.map(({ line }) => line)).toEqual([
      'PUT /interfaces/if-1/networks/nw-2?strict=1',
      'GET /interfaces/if-1/networks?strict=1',
    ]);
  });

  test('a reference is looked for page by page, until it is found', async () => {
    const page = Array.from({ length: 500 }, (_one, index) => ({ id: 1_000 + index, uuid: `nw-x${index}` }));
    answers['GET /networks'] = { total_count: 9_999, offset: 0, limit: 500, items: page };
    answers['GET /interfaces/if-1/networks'] = {
      ...{ total_count: 1, offset: 0, limit: 30 },
      items: [{ id: 9, interface_id: 5, network_id: 1_499 }],
    };
    expect((await vnctl('interfaces networks show if-1')).out).toContain('nw-x499');
    expect(asked.map(({ line }) => line).slice(1)).toEqual(['GET /networks?limit=500&offset=0&strict=1']);
  });

  test('options of a batch hold for its lines', async () => {
    const { out } = await vnctl('-o name batch f', { f: 'networks show\n' });
    expect(out).toBe('BEGIN (f)\n> networks show\nnw-1\nnw-2\nEOF');
  });
});
