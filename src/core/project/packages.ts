import { plainObject } from './json.ts';

/** Where a package.json names packages besides its peers, in the order in which a later range replaces an earlier one. */
const PACKAGE_BLOCKS = ['devDependencies', 'dependencies', 'optionalDependencies'] as const;

/** What a package.json contains. */
export type PackageJson = Readonly<Record<string, unknown>>;

/** What a package.json has for each package, which need not be a range. */
export const packageEntries = (fields: PackageJson): PackageJson =>
  Object.assign({}, peersOf(fields), ...PACKAGE_BLOCKS.map((block) => plainObject(fields[block])));

/** Without the optional ones, which no package manager installs. */
function peersOf({ peerDependencies, peerDependenciesMeta }: PackageJson): PackageJson {
  const meta = plainObject(peerDependenciesMeta) ?? {};
  const isOptional = (name: string) => plainObject(meta[name])?.optional === true;
  return Object.fromEntries(
    Object.entries(plainObject(peerDependencies) ?? {}).filter(([name]) => !isOptional(name)),
  );
}

/** The version range of each package that a package.json names. */
export const packagesOf = (fields: PackageJson): Record<string, string> => textsIn(packageEntries(fields));

/** The packages that an install for production leaves out. */
export function developmentPackages({ devDependencies, ...others }: PackageJson): string[] {
  const kept = packageEntries(others);
  return Object.keys(plainObject(devDependencies) ?? {}).filter((name) => !Object.hasOwn(kept, name));
}

/** The entries of a block whose values are texts. */
export function textsIn(block: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(plainObject(block) ?? {}).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  );
}
