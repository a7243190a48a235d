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
  readonly username: string;
}

/** Whether the project gets a compose.yaml. Not if its database is on another machine. */
export function isComposable(connection: Connection): boolean {
  if (!isOnThisMachine(connection)) return false;
  if (connection.style === 'host') return !connection.tls && isLoginMade(connection.login);
  return connection.style !== 'url' || isUrlServed(connection.url);
}

/**
 * Whether MongoDB runs on the machine on which the project is developed.
 *
 * @param url of `.env`, if the connection itself has no address
 */
export function isOnThisMachine(connection: Connection, url?: string): boolean {
  if (connection.style === 'host') return LOCAL_HOSTS.includes(connection.host);
  const hosts = hostsIn(connection.style === 'url' ? connection.url : url);
  return hosts?.every((host) => /^(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$|^%2f/i.test(host)) ?? true;
}

/** The remote hosts, for a message. */
export function remoteHosts(connection: Connection, url?: string): string | undefined {
  if (isOnThisMachine(connection, url)) return undefined;
  if (connection.style === 'host') return `${connection.host}:${connection.port}`;
  return hostsIn(connection.style === 'url' ? connection.url : url)?.join(', ');
}

const hostsIn = (url: string | undefined): readonly string[] | undefined =>
  /^mongodb(?:\+srv)?:\/\/(?:[^@/]*@)?(?<hosts>[^/?]+)/.exec(url ?? '')?.groups?.hosts?.split(',');

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
  return isLoginMade(login) ? login : undefined;
}

const isLoginMade = (login: { readonly authSource: string } | undefined): boolean =>
  login === undefined || login.authSource === 'admin';

function isUrlServed(url: string): boolean {
  const local = LOCAL_URL.exec(url);
  const options = local?.groups?.options?.split('&') ?? [];
  return local !== null && !options.some((option) => NOT_SERVED.test(option));
}
