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
      const used = unused.reduce((text, name) => blank(text, methodIn(text, name)), code);
      return {
        code: idle.reduce((text, name) => blank(text, bodyOf(methodIn(text, name))), used),
        map: null,
      };
    },
  } satisfies Plugin;
}

/** Replaces a part by white space. */
const blank = (code: string, part: string): string => code.replace(part, () => part.replace(/[^\n]/g, ' '));

function methodIn(code: string, name: string): string {
  const [method] = new RegExp(`(?<=\\n  )(?:async )?${name}\\([\\s\\S]*?\\n  \\}\\n`).exec(code) ?? [];
  if (method === undefined) throw new Error(`commander has no ${name} any more`);
  return method;
}

/** What is between the first and the last line of a method. */
const bodyOf = (method: string): string => method.slice(method.indexOf('\n'), method.lastIndexOf('  }'));
