import { flag, list, optional, text } from '@vnet/model/options';

export const program = { program: 'vnapi', summary: 'REST front of vnmgr: serves the API of VNet over HTTP.' };

export const optionTable = {
  manager: list('ENDPOINT', ['tcp://127.0.0.1:9102'], 'where vnmgr listens; several are tried in turn'),
  listen: text('HOST:PORT', '127.0.0.1:9090', 'where to serve HTTP'),
  keys: optional('DIR', 'directory with client.key and manager.pub ("vnmgr keygen" makes them)'),
  insecure: flag('allow manager endpoints on a network without keys'),
};

/** @throws RangeError naming the value and the form it should have */
export function parseListen(listen: string): { readonly host: string; readonly port: number } {
  const [, host, port] = /^(\[[^\]]+\]|[^:]*):(\d{1,5})$/.exec(listen) ?? [];
  if (host === undefined || Number(port) > 65535) {
    throw new RangeError(`--listen ${listen} is not understood: expected HOST:PORT, for example 127.0.0.1:9090`);
  }
  const address = host.replace(/^\[|\]$/g, '');
  return { host: address === '' || address === '*' ? '::' : address, port: Number(port) };
}
