/** Any broadcast or multicast MAC: the group bit of the first octet. */
export const GROUP_MAC = { value: 0x010000000000, mask: 0x010000000000 } as const;

/** `vlan_vid` of a frame without tag, and of any with one (OpenFlow 1.3 §7.2.3.7). */
export const UNTAGGED = 0;
export const TAGGED = { value: 0x1000, mask: 0x1000 } as const;

/** 01:80:c2:00:00:00 to 0f: for the next bridge only (IEEE 802.1Q §8.6.3). */
export const BRIDGE_GROUP_MACS = { value: 0x0180c2000000, mask: 0xfffffffffff0 } as const;

/** 224.0.0.0/4 */
export const IPV4_MULTICAST = { value: 0xe0000000, mask: 0xf0000000 } as const;

/** ff00::/8 */
export const IPV6_MULTICAST = { value: 0xffn << 120n, mask: 0xffn << 120n } as const;

/** RFC 1112: 01:00:5e and the low 23 bits of the group's address. */
export const IPV4_MULTICAST_MAC = 0x01005e000000;
export const IPV4_GROUP_MACS = { value: IPV4_MULTICAST_MAC, mask: 0xffffff800000 } as const;

/** RFC 2464 §7: 33:33 and the low 32 bits of the group's address. */
export const IPV6_MULTICAST_MAC = 0x333300000000;
export const IPV6_GROUP_MACS = { value: IPV6_MULTICAST_MAC, mask: 0xffff00000000 } as const;
