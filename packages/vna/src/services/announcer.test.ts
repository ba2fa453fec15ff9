import { rarpAnnouncement } from '@vnet/packet';
import { describe, expect, it } from 'vitest';
import { Announcer } from './announcer.ts';

const MAC = 0x020a00000001;
const none = new Map();

describe('the announcer', () => {
  it('says what is new, again what still holds, and nothing of what is gone', () => {
    const announcer = new Announcer();
    const news = announcer.update(
      new Map([['mac 1', { mac: MAC, port: 3 }]]),
      new Map([['7', { address: 0x0a000001, port: 4 }]]),
    );
    expect(announcer.packets(news)).toEqual([
      { frame: rarpAnnouncement(MAC), actions: [{ type: 'output', port: 3 }] },
      expect.objectContaining({
        actions: [
          { type: 'set_field', field: 'tun_dst', value: 0x0a000001 },
          { type: 'output', port: 4 },
        ],
      }),
    ]);
    expect(announcer.packets()).toHaveLength(2);
    expect(announcer.update(new Map([['mac 1', undefined]]), none)).toEqual([]);
    expect(announcer.packets(news)).toHaveLength(1);
  });

  it('says it anew when the link is another', () => {
    const announcer = new Announcer();
    announcer.update(new Map([['mac 1', { mac: MAC, port: 3 }]]), none);
    const news = announcer.update(new Map([['mac 1', { mac: MAC, port: 9 }]]), none);
    expect(announcer.packets(news)).toMatchObject([{ actions: [{ port: 9 }] }]);
  });
});
