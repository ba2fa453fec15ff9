/** A MAC address is a number of 48 bits, an IPv4 address one of 32 bits, unsigned. */

export const MAC_BYTES = 6;
export const BROADCAST_MAC = 0xff_ff_ff_ff_ff_ff;
export const BROADCAST_IPV4 = 0xff_ff_ff_ff;

const GROUP_BIT = 2 ** 40;

/** Whether frames to this address go to many: multicast or broadcast. */
export const isGroupMac = (mac: number): boolean => Math.floor(mac / GROUP_BIT) % 2 === 1;

/** Whether this is a multicast group (224.0.0.0/4). */
export const isMulticastIpv4 = (ip: number): boolean => ip >>> 28 === 0xe;

/** `02:00:00:00:00:01` */
export const formatMac = (mac: number): string =>
  mac
    .toString(16)
    .padStart(12, '0')
    .replace(/..(?=.)/g, '$&:');

/** `10.0.0.1` */
export const formatIpv4 = (ip: number): string => [ip >>> 24, (ip >>> 16) & 255, (ip >>> 8) & 255, ip & 255].join('.');
