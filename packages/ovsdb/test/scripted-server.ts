import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** A server on loopback that says what a test tells it to, right or wrong. */
export class ScriptedServer {
  readonly #server: Server;
  readonly #sockets: Socket[] = [];

  private constructor(server: Server) {
    this.#server = server;
  }

  /** `script` is called with each connection, counted from 0. */
  static async start(script: (socket: Socket, connection: number) => void): Promise<ScriptedServer> {
    const server = createServer();
    const scripted = new ScriptedServer(server);
    server.on('connection', (socket) => {
      socket.on('error', () => undefined);
      script(socket, scripted.#sockets.push(socket) - 1);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return scripted;
  }

  get endpoint(): string {
    return `tcp:127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** How many connections there have been. */
  get connections(): number {
    return this.#sockets.length;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}
