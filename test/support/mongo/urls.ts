import { ConnectionString } from 'mongodb-connection-string-url';

/** The URL of a database on a server; `authSource` stays the same. */
export function withDatabase(url: string, name: string): string {
  const parsed = new ConnectionString(url);
  if (parsed.username !== '' && !parsed.searchParams.has('authSource')) {
    const before = decodeURIComponent(parsed.pathname.replace(/^\//, ''));
    parsed.searchParams.set('authSource', before || 'admin');
  }
  parsed.pathname = `/${encodeURIComponent(name)}`;
  return parsed.toString();
}

/** The URL with other credentials, which belong to the given database. */
export function withUser(url: string, username: string, password: string, authSource: string): string {
  const parsed = new ConnectionString(url);
  parsed.username = encodeURIComponent(username);
  parsed.password = encodeURIComponent(password);
  parsed.searchParams.set('authSource', authSource);
  return parsed.toString();
}

/** The URL with an additional option. */
export function withOption(url: string, name: string, value: string): string {
  const parsed = new ConnectionString(url);
  parsed.searchParams.set(name, value);
  return parsed.toString();
}

/** The URL without credentials, for messages. */
export const withoutCredentials = (url: string): string => new ConnectionString(url).redact().toString();
