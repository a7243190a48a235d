/** Version ranges that the packages of a workspace share, by catalog and package. */
export type Catalogs = Readonly<Record<string, Readonly<Record<string, string>>>>;

const DEFAULT = 'default';

/** `catalog:` and `catalogs:` of pnpm-workspace.yaml or .yarnrc.yml, with one entry per line. */
export function catalogsInYaml(text: string): Catalogs {
  const found: Record<string, Record<string, string>> = {};
  let block = '';
  let name = DEFAULT;
  for (const line of text.split(/\r?\n/)) {
    const [, indent = '', key = '', value = ''] =
      /^(\s*)['"]?([^'"\s:#]+)['"]?:\s*['"]?([^'"#]*?)['"]?\s*(?:#.*)?$/.exec(line) ?? [];
    if (key === '') continue;
    if (indent === '') [block, name] = [key, DEFAULT];
    else if (block === 'catalogs' && value === '') name = key;
    else if (block === 'catalog' || block === 'catalogs') found[name] = { ...found[name], [key]: value };
  }
  return found;
}

/** The ranges, with `catalog:` and `catalog:<name>` replaced if their value is known. */
export function withoutCatalogs(
  ranges: Readonly<Record<string, string>>,
  catalogs: Catalogs,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(ranges).map(([name, range]) => {
      const catalog = /^catalog:(.*)$/.exec(range)?.[1];
      return [name, (catalog !== undefined && catalogs[catalog || DEFAULT]?.[name]) || range];
    }),
  );
}
