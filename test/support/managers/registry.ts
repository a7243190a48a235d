import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';
import { PROGRAM } from '../program.ts';
import { installed } from './installed.ts';

const VERDACCIO = {
  name: 'verdaccio',
  version: '6.4.0',
  // Requested by a tag, which some mirrors of the registry do not have.
  overrides: { 'node-fetch': '2.7.0' },
};

const REPOSITORY = join(PROGRAM, '../..');

export interface LocalRegistry {
  readonly url: string;
  close(): void;
}

/**
 * A registry with this program as it would be published, and everything else from the registry that npm is configured
 * for. Undefined if it cannot be installed.
 *
 * @param folder an empty folder for its storage
 */
export async function startRegistry(folder: string): Promise<LocalRegistry | undefined> {
  const verdaccio = await installed(VERDACCIO);
  if (verdaccio === undefined) return undefined;
  const server: Server = await createRequire(import.meta.url)(verdaccio).runServer(await settings(folder));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/`;
  await publish(folder, url);
  return {
    url,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function settings(folder: string) {
  const [registry, cafile] = await Promise.all([npmConfig('registry'), npmConfig('cafile')]);
  return {
    self_path: folder,
    storage: join(folder, 'storage'),
    uplinks: { upstream: { url: registry, ...(existsSync(cafile) && { ca: readFileSync(cafile, 'utf8') }) } },
    packages: {
      'create-koa-mongo-session': { access: '$all', publish: '$all' },
      '**': { access: '$all', proxy: 'upstream' },
    },
    log: { type: 'stdout', level: 'fatal' },
  };
}

async function npmConfig(key: string): Promise<string> {
  return (await execa('npm', ['config', 'get', key])).stdout.trim();
}

/** Like a release, but without the scripts, which have already run. */
async function publish(folder: string, url: string): Promise<void> {
  const packed = await execa('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], {
    cwd: REPOSITORY,
  });
  const tarball = join(folder, packed.stdout.trim().split('\n').at(-1) ?? '');
  const token = `--${url.slice('http:'.length)}:_authToken=of-nobody`;
  await execa('npm', ['publish', tarball, '--registry', url, token], { cwd: folder });
}
