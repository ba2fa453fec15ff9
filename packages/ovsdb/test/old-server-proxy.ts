import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { JsonStream } from '../src/json-stream.ts';

/** Stands before a real server and takes away what old ones lack: `monitor_cond`. */
export async function startProxy(serverPath: string, path: string): Promise<{ endpoint: string; close(): void }> {
  const sockets = new Set<Socket>();
  const proxy = createServer((client) => {
    const server = connect(serverPath);
    const requests = new JsonStream(1 << 20);
    sockets.add(client).add(server);
    server.pipe(client);
    client.on('close', () => server.destroy());
    client.on('data', (bytes) => {
      for (const request of requests.push(bytes)) {
        const { id, method } = request as { id: number; method: string };
        if (method === 'monitor_cond') client.write(JSON.stringify({ id, result: null, error: 'unknown method' }));
        else server.write(JSON.stringify(request));
      }
    });
  });
  proxy.listen(path);
  await once(proxy, 'listening');
  return {
    endpoint: `unix:${path}`,
    close: () => {
      for (const socket of sockets) socket.destroy();
      proxy.close();
    },
  };
}
