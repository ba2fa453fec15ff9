export { BusClient, BusUnavailableError, type BusClientOptions } from './client.ts';
export { checkEndpoint, EndpointError, type EndpointSecurity } from './endpoints.ts';
export { DEFAULT_MAX_MESSAGE_BYTES, FrameError, type BusMessage } from './frames.ts';
export { keygen, KeyError } from './keys.ts';
export { RepeatedLines, type BusLog } from './log.ts';
export { BusServer, type BusServerOptions, type Peer } from './server.ts';
