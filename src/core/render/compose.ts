import type { Connection } from '../answers/settings.ts';

/*
 * compose.yaml of a new project serves one MongoDB on this machine: standalone, without TLS, and with no user but one
 * that MongoDB makes by itself.
 */

const MONGODB_PORT = 27_017;
const LOCAL_HOSTS = ['localhost', '127.0.0.1'];
/** Groups: the port and the options. A login comes before the host, so a URL that has one does not match. */
const LOCAL_URL =
  /^mongodb:\/\/(?:localhost|127\.0\.0\.1)(?::(?<port>\d+))?(?:\/[^?]*)?(?:\?(?<options>.*))?$/;
const NOT_SERVED = /^(?:(?:tls|ssl)=true|(?:replicaset|authsource|authmechanism)=)/i;

/** The user that compose.yaml makes. */
export interface ComposeLogin {
  readonly username: string;
}

/** Whether a project can be developed with it. A URL of another machine can give way to one of this, in `.env`. */
export function isComposable(connection: Connection): boolean {
  if (connection.style === 'host') return !connection.tls && isLoginMade(connection.login);
  return connection.style !== 'url' || !LOCAL_URL.test(connection.url) || isUrlServed(connection.url);
}

/**
 * Whether it is what the project connects to.
 *
 * @param url of `.env`, with the login, if it has one
 */
export function isServedByCompose(connection: Connection, url = ''): boolean {
  if (connection.style !== 'host') return isUrlServed(url);
  return LOCAL_HOSTS.includes(connection.host) && isComposable(connection);
}

/** The port that the project expects MongoDB at, where that is on this machine. */
export function composePort(connection: Connection): number {
  if (connection.style === 'host') return connection.port;
  const url = connection.style === 'url' ? connection.url : '';
  return Number(LOCAL_URL.exec(url)?.groups?.port ?? MONGODB_PORT);
}

/** The user that the project logs in as, where MongoDB can make it by itself. */
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
