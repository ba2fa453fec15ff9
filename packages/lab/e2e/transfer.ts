import { createHash, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { DataCentre } from './data-centre.ts';
import { until } from './until.ts';

const PORT = 7000;
let transfers = 0;

/** Sends some megabytes over TCP, to an IPv4 or IPv6 address, and compares what arrives. */
export async function expectTransfer({ lab }: DataCentre, from: string, to: string, address: string): Promise<void> {
  const [protocol, host] = address.includes(':') ? ['TCP6', `[${address}]`] : ['TCP4', address];
  const name = `${from}-${to}-${transfers++}`;
  const [sent, received] = [join(lab.dir, `${name}-sent`), join(lab.dir, `${name}-received`)];
  const bytes = randomBytes(8_000_000);
  await writeFile(sent, bytes);
  const listen = `${protocol}-LISTEN:${PORT},reuseaddr`;
  const server = lab.spawn(to, `tcp-${name}`, ['socat', '-u', listen, `CREATE:${received}`]);
  await until(
    async () => (await lab.exec(to, ['ss', '-Hltn', 'sport', '=', String(PORT)])).stdout !== '',
    'the server listens',
  );
  const target = `${protocol}:${host}:${PORT},connect-timeout=2`;
  await lab.exec(from, ['socat', '-u', `OPEN:${sent}`, target], { timeout: 20_000 });
  expect((await server.exited).code).toBe(0);
  const hash = (data: Buffer): string => createHash('sha256').update(data).digest('hex');
  expect(hash(await readFile(received))).toBe(hash(bytes));
}
