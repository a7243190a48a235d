/** The ways to connect to MongoDB, with their meaning. */
export const STYLES = {
  url: 'a connection string, read from MONGODB_URL',
  host: 'host, port, database, perhaps a user and TLS',
  db: 'a Db of the official driver that the app has opened',
  mongoose: 'a Mongoose connection that the app has opened',
} as const;

export type ConnectionStyle = keyof typeof STYLES;

/** Whether the app opens the connection, and hands it over. */
export const isOpenedByApp = (style: ConnectionStyle): boolean => style === 'db' || style === 'mongoose';

export const STYLE_NAMES = Object.keys(STYLES) as ConnectionStyle[];
