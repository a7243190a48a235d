import { MongoClient as DriverClient, type MongoClientOptions } from 'mongodb';
import { monitor } from './log.ts';

/** The driver with command monitoring, for modules that create their own client. */
export class MongoClient extends DriverClient {
  constructor(url: string, options?: MongoClientOptions) {
    super(url, { ...options, monitorCommands: true });
    monitor(this);
  }
}
