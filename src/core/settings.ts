/** How the generated code reaches MongoDB; a mix that makes no sense cannot be written down. */
export type Connection =
  | {
      readonly style: 'url';
      /** Without credentials and without the legacy collection segment: what `.env.example` shows. */
      readonly url: string;
    }
  | {
      readonly style: 'host';
      readonly host: string;
      readonly port: number;
      readonly database: string;
      readonly tls: boolean;
      /** The password is only ever read from the environment of the generated project. */
      readonly login: { readonly username: string; readonly authSource: string } | undefined;
    }
  | { readonly style: 'db' }
  | { readonly style: 'mongoose' };

export type ConnectionStyle = Connection['style'];

/** Answers that were checked: all that the templates need to know. Durations are whole seconds. */
export interface Settings {
  readonly connection: Connection;
  readonly collection: string;
  readonly ttl: number;
  readonly absoluteTtl: number | undefined;
  readonly touchAfter: number | undefined;
  readonly rolling: boolean;
  readonly userKey: string | undefined;
  readonly encrypt: boolean;
  readonly onConcurrentWrite: 'merge' | 'overwrite' | 'throw';
  readonly cookieName: string;
  /** Folder of the session files, relative to the project, with `/` and no `.` or `..` segment. */
  readonly dir: string;
  /** How the project's own imports end; `auto` has been settled against its tsconfig. */
  readonly importExtension: 'ts' | 'js' | 'none';
  /** Whether the bootstrap (`src/app.ts`, `src/server.ts`, its test) is written. */
  readonly app: boolean;
  /** A project made by this program owns its tsconfig, README and compose file; in an existing one they stay the user's. */
  readonly project: { readonly kind: 'new' | 'existing'; readonly name: string };
}

/** Environment variables with a secret value, for `.env` and nothing else: never in state, output or errors. */
export type Secrets = Readonly<Record<string, string>>;
