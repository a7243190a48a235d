import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { Connection } from './connection.ts';
import { ServerState } from './state.ts';
import type { RoleName } from './users.ts';
import { DEFAULT_VERSION, parseVersion } from './version.ts';

const HOST = '127.0.0.1';

export interface StandInOptions {
  /** 0, the default, means any free port. */
  port?: number;
  /** The MongoDB version to imitate, such as '4.4' or '7.0.14'. */
  version?: string;
  /** Requires authentication. If there are no users yet, anyone may create the first one. */
  authorization?: boolean;
  /** Users of the database `admin`. */
  users?: readonly { username: string; password: string; roles: RoleName[] }[];
  /** A PEM text that holds both key and certificate. */
  tls?: { keyAndCertificate: string };
  replicaSet?: string;
  ttlMonitorSeconds?: number;
}

/** A test double of a MongoDB server, with its own socket. */
export class StandIn {
  readonly state: ServerState;
  readonly #options: StandInOptions;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port: number;

  private constructor(options: StandInOptions) {
    this.#options = options;
    this.#port = options.port ?? 0;
    this.state = new ServerState({
      version: parseVersion(options.version ?? DEFAULT_VERSION),
      authorization: options.authorization ?? false,
      replicaSet: options.replicaSet,
      ttlSeconds: options.ttlMonitorSeconds ?? 60,
    });
    for (const { username, password, roles } of options.users ?? []) {
      this.state.users.create('admin', username, password, roles);
    }
  }

  static async start(options: StandInOptions = {}): Promise<StandIn> {
    const standIn = new StandIn(options);
    await standIn.listen();
    return standIn;
  }

  get port(): number {
    return this.#port;
  }

  /** Starts to listen, on the previous port if there was one. */
  async listen(): Promise<void> {
    const { tls } = this.#options;
    const accept = (socket: Socket) => this.#accept(socket);
    const server = tls
      ? createTlsServer(
          { key: tls.keyAndCertificate, cert: tls.keyAndCertificate, allowHalfOpen: true },
          accept,
        )
      : createServer({ allowHalfOpen: true }, accept);
    server.on('connection', (socket) => this.#track(socket));
    server.on('tlsClientError', (_error, socket) => socket.destroy());
    server.listen(this.#port, HOST);
    await once(server, 'listening');
    const address = server.address();
    if (address && typeof address === 'object') this.#port = address.port;
    this.state.address = `${HOST}:${this.#port}`;
    this.#server = server;
    this.state.ttl.start();
  }

  /** Stops listening and closes all connections; keeps data and port. */
  async close(): Promise<void> {
    this.state.ttl.stop();
    const server = this.#server;
    if (!server) return;
    this.#server = undefined;
    const closed = once(server, 'close');
    server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Raw sockets, so that a TLS connection is tracked before its handshake. */
  #track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
  }

  #accept(socket: Socket): void {
    const { connections } = this.state;
    connections.current += 1;
    connections.totalCreated += 1;
    new Connection(connections.totalCreated, this.state, socket);
    socket.on('close', () => {
      connections.current -= 1;
    });
  }
}
