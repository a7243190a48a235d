import type { Socket } from 'node:net';
import type { Document } from 'bson';
import type { Exchange } from './commands/auth.ts';
import { asFailure, ConnectionEnded, dispatch } from './dispatch.ts';
import { encodeReply, FrameReader, MalformedFrame, parseRequest, type Request } from './frames.ts';
import type { ServerState } from './state.ts';
import type { Need, User } from './users.ts';

/** The connection of one client: its requests are answered in order. */
export class Connection {
  readonly id: number;
  readonly #state: ServerState;
  readonly #socket: Socket;
  readonly #frames = new FrameReader();
  #queue: Promise<void> = Promise.resolve();
  #authenticated: User[] = [];
  appName: string | undefined;
  exchange: Exchange | undefined;

  constructor(id: number, state: ServerState, socket: Socket) {
    this.id = id;
    this.#state = state;
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('end', () => socket.end());
    socket.on('error', () => socket.destroy());
  }

  /** Authenticated users that still exist. */
  get users(): User[] {
    return this.#authenticated.filter(({ db, user }) => this.#state.users.get(db, user));
  }

  may(need: Need): boolean {
    return this.users.some((user) => this.#state.users.allow(user, need));
  }

  authenticate(user: User): void {
    this.exchange = undefined;
    this.#authenticated = [...this.#authenticated.filter(({ db }) => db !== user.db), user];
  }

  forget(database: string): void {
    this.#authenticated = this.#authenticated.filter(({ db }) => db !== database);
  }

  /** Records what a client says about itself in its first hello. */
  greet(client: Document): void {
    this.appName ??= client.application?.name;
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    try {
      for (const frame of this.#frames.read(chunk)) this.#enqueue(parseRequest(frame));
    } catch (error) {
      if (!(error instanceof MalformedFrame || error instanceof RangeError)) throw error;
      this.close();
    }
  }

  #enqueue(request: Request): void {
    this.#queue = this.#queue.then(() => this.#answer(request));
  }

  async #answer(request: Request): Promise<void> {
    if (this.#socket.destroyed) return;
    try {
      const reply = await dispatch(this.#state, this, request);
      if (!request.moreToCome && this.#socket.writable) this.#socket.write(encode(request, reply));
    } catch (error) {
      if (!(error instanceof ConnectionEnded)) throw error;
      this.close();
    }
  }
}

/** If a reply cannot be written as BSON, the client gets that as an error. */
function encode(request: Request, reply: Document): Buffer {
  try {
    return encodeReply(request, reply);
  } catch (error) {
    return encodeReply(request, asFailure(error).toReply());
  }
}
