import { MongoClient as DriverClient, type MongoClientOptions } from 'mongodb';
import { monitor } from './log.ts';

/** The driver, its commands monitored: for modules that open their client themselves. */
export class MongoClient extends DriverClient {
  constructor(url: string, options?: MongoClientOptions) {
    super(url, { ...options, monitorCommands: true });
    monitor(this);
  }
}
