import { MongoClient as DriverClient, type MongoClientOptions } from 'mongodb6';
import { monitor } from './log.ts';

/** Version 6 of the driver with command monitoring, for modules that create their own client. */
export class MongoClient extends DriverClient {
  constructor(url: string, options?: MongoClientOptions) {
    super(url, { ...options, monitorCommands: true });
    monitor(this);
  }
}
