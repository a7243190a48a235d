import { MongoClient as DriverClient, type MongoClientOptions } from 'mongodb6';
import { monitor } from './log.ts';

/** Release 6 of the driver, its commands monitored: for modules that open their client themselves. */
export class MongoClient extends DriverClient {
  constructor(url: string, options?: MongoClientOptions) {
    super(url, { ...options, monitorCommands: true });
    monitor(this);
  }
}
