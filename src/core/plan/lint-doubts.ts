/** Names of ESLint's configuration files, in the order in which it looks for them. */
export const ESLINT_CONFIGS = [
  ...['js', 'mjs', 'cjs', 'ts', 'mts', 'cts'].map((end) => `eslint.config.${end}`),
  ...['.eslintrc.js', '.eslintrc.cjs', '.eslintrc.yaml', '.eslintrc.yml', '.eslintrc.json', '.eslintrc'],
];

const KNOWS_TYPES = /projectService|\bproject['"]?\s*:|[tT]ype-?[cC]hecked|requiring-type-checking/;

/**
 * ESLint with type information fails on files that no tsconfig includes. tsconfig.eslint.json exists to include files
 * that no build does, and is not read.
 */
export function lintDoubts(name: string, config: string, unlisted: readonly string[]): readonly string[] {
  if (unlisted.length === 0 || !KNOWS_TYPES.test(config) || config.includes('tsconfig.eslint')) return [];
  const files = JSON.stringify(unlisted).replaceAll('","', '", "');
  const line = name.includes('.eslintrc') ? `"ignorePatterns": ${files}` : `{ ignores: ${files} }`;
  return [
    `${name} checks with types, and no tsconfig includes ${unlisted.join(' and ')}, which ESLint then refuses. Add ${line} there.`,
  ];
}
