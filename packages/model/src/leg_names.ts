/** What legs of a host may be named, and be put into. */

/** Name of a device, as Linux takes it: IFNAMSIZ - 1 characters without `/` and blanks. */
export const DEVICE_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}$/;

/** Name of a network namespace, as `ip netns` shows it. */
export const NETNS_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/;
