/** The innermost package that a file below node_modules/ belongs to; undefined for the program's own files. */
export function packageOf(file: string): { readonly name: string; readonly folder: string } | undefined {
  const [folder, name] =
    /^.*\/node_modules\/((?:@[^/]+\/)?[^/]+)(?=\/)/.exec(file.replaceAll('\\', '/')) ?? [];
  return folder === undefined || name === undefined ? undefined : { name, folder };
}
