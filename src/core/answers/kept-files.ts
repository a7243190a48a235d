/** Files that a new project gets, but that are kept if they exist. */
export const KEPT_FILES = {
  readme: ['README.md', 'README', 'readme.md', 'Readme.md', 'README.markdown', 'README.rst', 'README.txt'],
  tsconfig: ['tsconfig.json'],
  yarnrc: ['.yarnrc.yml'],
  'env-example': ['.env.example'],
  // Docker uses the first of these that it finds.
  compose: ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml'],
} as const satisfies Readonly<Record<string, readonly string[]>>;
export type KeptFile = keyof typeof KEPT_FILES;
