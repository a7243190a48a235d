import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import Koa from 'koa';

/** The app that all contenders share: it counts views, with the sessions that `mount` adds. */
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
  // CPU time of this process in µs, requested before and after the measured requests.
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpu: user + system });
  });
  process.once('disconnect', () => process.exit());
  process.send?.({ port: (server.address() as AddressInfo).port });
}
