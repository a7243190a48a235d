import { sessionsPlaceIn } from '../answers/mongodb-url.ts';
import type { Connection } from '../answers/settings.ts';

/*
 * compose.yaml of a new project runs one MongoDB on this machine: standalone, without TLS, and with at most one user,
 * which MongoDB creates at its first start.
 */

const MONGODB_PORT = 27_017;
const LOCAL_HOSTS = ['localhost', '127.0.0.1', '[::1]'];
/** Groups: the port and the options. A login comes before the host, so a URL that has one does not match. */
const LOCAL_URL =
  /^mongodb:\/\/(?:localhost|127\.0\.0\.1)(?::(?<port>\d+))?(?:\/[^?]*)?(?:\?(?<options>.*))?$/;
const NOT_SERVED = /^(?:(?:tls|ssl)=true|(?:replicaset|authsource|authmechanism)=)/i;

/** The user that compose.yaml creates. */
export interface ComposeLogin {
  /** With `$$` for each `$`, as compose.yaml writes it: what follows a single one is a variable there. */
  readonly username: string;
}

/** Whether the project gets a compose.yaml. Not if its database is on another machine. */
export function isComposable(connection: Connection): boolean {
  if (connection.style === 'url') return isUrlServed(connection.url);
  if (connection.style !== 'host') return true;
  return (
    LOCAL_HOSTS.includes(connection.host) &&
    !connection.tls &&
    (connection.login === undefined || isLoginMade(connection.login))
  );
}

/** With its port, or a socket. */
const LOCAL_PLACE = /^(?:127(?:\.\d+){3}|\[::1\]):|\.sock$/;

/**
 * The hosts of MongoDB, for a message; undefined if it runs on the machine on which the project is developed, or if it
 * is not known where it runs.
 *
 * @param url of `.env`, if the connection itself has no address
 */
export function remoteHosts(connection: Connection, url = ''): string | undefined {
  if (connection.style === 'host') {
    return LOCAL_HOSTS.includes(connection.host) ? undefined : `${connection.host}:${connection.port}`;
  }
  const address = connection.style === 'url' ? connection.url : url;
  const { hosts = [] } = sessionsPlaceIn(address) ?? {};
  return hosts.every((host) => LOCAL_PLACE.test(host)) ? undefined : hosts.join(', ');
}

/**
 * Whether the project connects to this server.
 *
 * @param url of `.env`, with the login if there is one
 */
export function isServedByCompose(connection: Connection, url = ''): boolean {
  if (connection.style !== 'host') return isUrlServed(url);
  return isComposable(connection);
}

/** The port at which the project expects MongoDB on this machine. */
export function composePort(connection: Connection): number {
  if (connection.style === 'host') return connection.port;
  const url = connection.style === 'url' ? connection.url : '';
  return Number(LOCAL_URL.exec(url)?.groups?.port ?? MONGODB_PORT);
}

/** The user that the project logs in as, if MongoDB can create it at its first start. */
export function composeLogin(connection: Connection): ComposeLogin | undefined {
  const login = connection.style === 'host' ? connection.login : undefined;
  if (login === undefined || !isLoginMade(login)) return undefined;
  return { username: login.username.replaceAll('$', '$$$$') };
}

const isLoginMade = ({ authSource }: { readonly authSource: string }): boolean => authSource === 'admin';

function isUrlServed(url: string): boolean {
  const local = LOCAL_URL.exec(url);
  const options = local?.groups?.options?.split('&') ?? [];
  return local !== null && !options.some((option) => NOT_SERVED.test(option));
}
