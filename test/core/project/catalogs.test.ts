import { expect, test } from 'vitest';
import { catalogsInYaml, withoutCatalogs } from '../../../src/core/project/catalogs.ts';

const YAML = `packages:
  - 'apps/*'

catalog:
  koa: ^3.0.0
  "@types/koa": '^2.15.0' # until koa 3
  mongodb: "6.3.0"

catalogs:
  # of the old services
  legacy:
    koa: ^2.16.0
  default:
    tsx: 4.x

onlyBuiltDependencies:
  esbuild: true
`;

test.each([
  { name: 'koa', range: 'catalog:', is: '^3.0.0' },
  { name: '@types/koa', range: 'catalog:default', is: '^2.15.0' },
  { name: 'mongodb', range: 'catalog:', is: '6.3.0' },
  { name: 'tsx', range: 'catalog:', is: '4.x' },
  { name: 'koa', range: 'catalog:legacy', is: '^2.16.0' },
  { name: 'koa', range: 'catalog:nowhere', is: 'catalog:nowhere' },
  { name: 'esbuild', range: 'catalog:', is: 'catalog:' },
  { name: 'koa', range: '^2.0.0', is: '^2.0.0' },
  { name: 'shop', range: 'workspace:*', is: 'workspace:*' },
])('$name at $range is $is', ({ name, range, is }) => {
  const yaml = YAML.replaceAll('\n', range.endsWith('y') ? '\r\n' : '\n');
  expect(withoutCatalogs({ [name]: range }, catalogsInYaml(yaml))).toEqual({ [name]: is });
});
