import type { Plugin } from 'rolldown';

/** File → methods that nothing calls. The first three start a program for a subcommand. */
const UNUSED: Readonly<Record<string, readonly string[]>> = {
  'command.js': [
    ...['_executeSubCommand', '_checkForMissingExecutable', 'executableDir'],
    ...['option', 'requiredOption', '_optionEx', 'hook', 'parseAsync', 'addHelpCommand'],
    ...['getOptionValueSourceWithGlobals', 'showHelpAfterError', 'showSuggestionAfterError'],
    ...['_conflictingOption', 'commandsGroup', 'optionsGroup', 'combineFlagAndOptionalValue'],
  ],
  'option.js': ['choices', 'implies', 'conflicts'],
  'argument.js': ['choices'],
};

/** Methods for options that take values from the environment, imply others or exclude them: there are none here. */
const IDLE: Readonly<Record<string, readonly string[]>> = {
  'command.js': ['_parseOptionsEnv', '_parseOptionsImplied', '_checkForConflictingLocalOptions'],
};

const FILE = /[\\/]commander[\\/]lib[\\/]([\w.]+)$/;
const NO_PROGRAMS = '\0no-subcommand-programs';

/**
 * Leaves out what the program does not use of commander, since a bundler cannot leave out methods; among them is the use
 * of `node:child_process`, which is slow to load. The build fails if commander no longer has one of the methods.
 */
export function commanderAsUsed() {
  return {
    name: 'commander-as-used',
    resolveId: (id, importer) =>
      id === 'node:child_process' && importer?.includes('/commander/') ? NO_PROGRAMS : null,
    load: (id) => (id === NO_PROGRAMS ? 'export default {};' : null),
    transform(code, id) {
      const [, file = ''] = FILE.exec(id) ?? [];
      const { [file]: unused = [] } = UNUSED;
      const { [file]: idle = [] } = IDLE;
      if (unused.length === 0) return null;
      // Nothing moves, so that the source map stays right.
      const used = unused.reduce((text, name) => blank(text, name, 'whole'), code);
      return { code: idle.reduce((text, name) => blank(text, name, 'body'), used), map: null };
    },
  } satisfies Plugin;
}

/** Replaces a method, or what is between its first and its last line, by white space. */
function blank(code: string, name: string, part: 'whole' | 'body'): string {
  const [method] = new RegExp(`(?<=\\n  )(?:async )?${name}\\([\\s\\S]*?\\n  \\}\\n`).exec(code) ?? [];
  if (method === undefined) throw new Error(`commander has no ${name} any more`);
  const removed = part === 'whole' ? method : method.slice(method.indexOf('\n'), method.lastIndexOf('  }'));
  return code.replace(removed, () => removed.replace(/[^\n]/g, ' '));
}
