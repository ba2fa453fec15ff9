import { gratuitousArp, rarpAnnouncement } from '@vnet/packet';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Announcer } from './announcer.ts';
import type { PacketOut } from './packet-out.ts';

const MAC = 0x020a00000001;
const none = new Map<string, undefined>();

describe('the announcer', () => {
  const said: PacketOut[] = [];
  let announcer: Announcer;
  const on = (port: number): PacketOut => ({ frame: rarpAnnouncement(MAC), actions: [{ type: 'output', port }] });

  beforeEach(() => {
    vi.useFakeTimers();
    said.length = 0;
    announcer = new Announcer(
      (packets) => said.push(...packets),
      ({ address, mac }) => ({ frame: gratuitousArp(mac, address), actions: [] }),
    );
  });
  afterEach(() => {
    announcer.close();
    vi.useRealTimers();
  });

  it('says what is new when the flows stand, and once more', () => {
    announcer.update(new Map([['mac 1', { mac: MAC, port: 3 }]]), none);
    expect(said).toEqual([]);
    announcer.sayNews();
    expect(said).toEqual([on(3)]);
    vi.advanceTimersByTime(1_000);
    expect(said).toEqual([on(3), on(3)]);
  });

  it('says nothing a second time that holds no longer', () => {
    announcer.update(new Map([['mac 1', { mac: MAC, port: 3 }]]), none);
    announcer.sayNews();
    announcer.update(new Map([['mac 1', undefined]]), none);
    vi.advanceTimersByTime(200_000);
    expect(said).toEqual([on(3)]);
  });

  it('says it anew when the link is another, and repeats all of it in good time', () => {
    announcer.update(new Map([['mac 1', { mac: MAC, port: 3 }]]), none);
    announcer.update(new Map([['mac 1', { mac: MAC, port: 9 }]]), none);
    announcer.sayNews();
    vi.advanceTimersByTime(120_000);
    expect(said).toEqual([on(9), on(9), on(9)]);
  });

  it('warms up the way to a tunnel end', () => {
    announcer.update(none, new Map([['7', { address: 0x0a000001, port: 4 }]]));
    announcer.sayNews();
    expect(said[0]?.actions).toEqual([
      { type: 'set_field', field: 'tun_dst', value: 0x0a000001 },
      { type: 'output', port: 4 },
    ]);
  });

  it('corrects an address that has moved to another MAC', () => {
    announcer.noteOwner({ network: 1, address: 0x0a000001, mac: MAC });
    announcer.noteOwner({ network: 1, address: 0x0a000001, mac: MAC + 1 });
    announcer.sayNews();
    expect(said.map(({ frame }) => frame)).toEqual([gratuitousArp(MAC + 1, 0x0a000001)]);
  });
});
