import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import Koa from 'koa';

/** What every contender is: an app that counts views, with sessions as `mount` gives it. */
export async function serve(mount: (app: Koa) => unknown): Promise<void> {
  const app = new Koa();
  app.keys = ['for the benchmark only'];
  mount(app);
  app.use((ctx) => {
    const session = ctx.session as { views?: number };
    session.views = (session.views ?? 0) + 1;
    ctx.body = String(session.views);
  });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // To be asked before and after the requests: what this process has used, in µs.
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpu: user + system });
  });
  process.once('disconnect', () => process.exit());
  process.send?.({ port: (server.address() as AddressInfo).port });
}
