import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One version of a package, as a registry has it. */
export interface Published {
  /** Its package.json. */
  readonly manifest: { readonly name: string; readonly version: string };
  readonly tarball: string;
  readonly integrity: string;
}

export interface Registry {
  readonly url: string;
  close(): void;
}

/** A registry on this machine, with these packages alone. */
export async function startRegistry(packages: readonly Published[]): Promise<Registry> {
  const server = createServer(({ url: path = '' }, response) => {
    const found = packages.find(({ manifest: { name } }) => path === `/${name}` || path === `/${name}.tgz`);
    if (found === undefined) {
      response.writeHead(404).end();
    } else if (path.endsWith('.tgz')) {
      response.end(readFileSync(found.tarball));
    } else {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(packument(found)));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const packument = ({ manifest, integrity }: Published) => ({
    name: manifest.name,
    'dist-tags': { latest: manifest.version },
    versions: {
      [manifest.version]: { ...manifest, dist: { tarball: `${url}/${manifest.name}.tgz`, integrity } },
    },
  });
  return {
    url,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
