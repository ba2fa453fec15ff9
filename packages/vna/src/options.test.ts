import { describe, expect, it } from 'vitest';
import { openflowEndpoint } from './options.ts';

describe('the OpenFlow endpoint', () => {
  const local = { ovsdb: 'unix:/run/ovs/db.sock', bridge: 'br0', openflow: undefined };

  it('is the management socket of the bridge, beside OVSDB', () => {
    expect(openflowEndpoint(local)).toBe('unix:/run/ovs/br0.mgmt');
  });

  it('has to be given when there is no OVSDB', () => {
    expect(() => openflowEndpoint({ ...local, ovsdb: 'none' })).toThrow('--ovsdb none: needs --openflow listen:tcp:');
    const listen = 'listen:tcp:127.0.0.1:6653';
    expect(openflowEndpoint({ ...local, ovsdb: 'none', openflow: listen })).toBe(listen);
  });

  it.each(['', 'br0', 'listen:unix:/x', 'tcp:host', 'udp:host:1'])('is not %j', (openflow) => {
    expect(() => openflowEndpoint({ ...local, openflow })).toThrow('--openflow');
  });
});
