import type { Plugin } from 'rolldown';

/** File → methods that nothing calls. The first three start a program for a subcommand. */
const UNUSED: Readonly<Record<string, readonly string[]>> = {
  'command.js': [
    ...['_executeSubCommand', '_checkForMissingExecutable', 'executableDir'],
    ...['option', 'requiredOption', '_optionEx', 'hook', 'parseAsync', 'addHelpCommand'],
    ...['getOptionValueSourceWithGlobals', 'showHelpAfterError', 'showSuggestionAfterError'],
    ...['_conflictingOption', '_checkForConflictingLocalOptions', 'commandsGroup', 'optionsGroup'],
    ...['combineFlagAndOptionalValue', 'addCommand', 'allowUnknownOption', 'allowExcessArguments'],
    ...['enablePositionalOptions', 'passThroughOptions', '_checkForBrokenPassThrough'],
    ...['storeOptionsAsProperties', 'setOptionValue', 'addHelpOption'],
    ...['missingMandatoryOptionValue', 'missingArgument', 'arguments', 'alias'],
    // For a command that only has subcommands.
    ...['_dispatchHelpCommand', 'unknownCommand', 'help'],
  ],
  'help.js': ['compareOptions'],
  'option.js': ['choices', 'implies', 'conflicts', 'preset', 'makeOptionMandatory', 'env', '_collectValue'],
  'argument.js': ['choices', 'argRequired', 'argOptional', 'argParser', '_collectValue'],
};

/**
 * Methods for options that take values from the environment, are required, imply others or exclude them, for hooks, default
 * groups and a command for help, for a program without a name, for arguments with a default, and for a second call of
 * `parse`: there are none here. A missing value is refused before.
 */
const IDLE: Readonly<Record<string, readonly string[]>> = {
  'command.js': [
    ...['_parseOptionsEnv', '_parseOptionsImplied'],
    ...['_checkForMissingMandatoryOptions', '_checkForConflictingOptions', '_chainOrCallHooks'],
    ...['_chainOrCallSubCommandHook', '_initOptionGroup', '_initCommandGroup', 'nameFromFilename'],
    ...['_getHelpCommand', 'saveStateBeforeParse', 'restoreStateBeforeParse', 'optionMissingArgument'],
  ],
  'argument.js': ['default'],
};

/**
 * Properties that stay undefined or false, since the program uses none of what they are for: with a constant instead, the
 * bundler leaves out what depends on them.
 */
const UNSET: readonly string[] = [
  ...['argChoices', 'defaultValue', 'defaultValueDescription', 'envVar', 'presetArg', 'variadic'],
  ...['_allowExcessArguments', '_allowUnknownOption', '_argsDescription', '_defaultCommandGroup'],
  ...['_defaultCommandName', '_defaultOptionGroup', '_enablePositionalOptions', '_executableHandler'],
  ...['_hidden', '_passThroughOptions', '_scriptPath', '_showHelpAfterError', '_showSuggestionAfterError'],
  ...['_storeOptionsAsProperties', 'showGlobalOptions', 'sortOptions', 'sortSubcommands'],
];
/** `option.envVar` and the like, where it is read. */
const READ_UNSET = new RegExp(`[\\w.]+\\??\\.(?:${UNSET.join('|')})\\b(?!\\s*=(?!=))`, 'g');

const ENTRY = /[\\/]commander[\\/]esm\.mjs$/;
const FILE = /[\\/]commander[\\/]lib[\\/]([\w.]+)$/;
/** The entry of the package also creates a command that nobody uses. */
const EXPORTS = `
export { Command } from './lib/command.js';
export { CommanderError } from './lib/error.js';
export { Option } from './lib/option.js';
`;

/**
 * Leaves out what the program does not use of commander, since a bundler cannot leave out methods; among them is the use
 * of `node:child_process`, which is slow to load. The build fails if commander no longer has one of the methods or
 * properties.
 */
export function commanderAsUsed() {
  const unread = new Set(UNSET);
  return {
    name: 'commander-as-used',
    buildEnd(error) {
      if (!error && unread.size > 0) throw new Error(`commander has no ${[...unread].join(', ')} any more`);
    },
    load: (id) => (ENTRY.test(id) ? EXPORTS : null),
    transform(code, id) {
      const [, file] = FILE.exec(id) ?? [];
      if (file === undefined) return null;
      // The program has suggestions of its own, also for hidden flags.
      if (file === 'suggestSimilar.js') return { code: "export const suggestSimilar = () => '';", map: null };
      // No line moves, so that the source map stays right.
      const used = (UNUSED[file] ?? []).reduce((text, name) => blank(text, methodIn(text, name)), code);
      const called = (IDLE[file] ?? []).reduce(
        (text, name) => blank(text, bodyOf(methodIn(text, name))),
        used,
      );
      const constant = called.replace(READ_UNSET, (read) => {
        unread.delete(read.slice(read.lastIndexOf('.') + 1));
        return 'undefined'.padEnd(read.length);
      });
      return { code: asModule(constant), map: null };
    },
  } satisfies Plugin;
}

/**
 * An ES module: the bundler puts a CommonJS file into a function, which Node parses once with the bundle, and again when
 * it is called.
 */
function asModule(code: string): string {
  const module = code
    .replace(/^const EventEmitter = require\('node:events'\)\.EventEmitter;/m, IMPORT_EVENTS)
    // The process is also a global variable; the other modules of Node are needed by methods that are left out.
    .replace(/^const \w+ = require\('node:\w+'\);/gm, '')
    .replace(/^const (\{.*\}) = require\((.*)\);/gm, 'import $1 from $2;')
    .replace(/^exports\.(\w+) = \1;/gm, 'export { $1 };');
  const [rest] = /\b(?:require\(|exports\.|(?:childProcess|fs|path)\.).*/.exec(withoutComments(module)) ?? [];
  if (rest !== undefined) throw new Error(`commander has ${rest}, which the build does not expect`);
  return module;
}

const IMPORT_EVENTS = "import { EventEmitter } from 'node:events';";

const withoutComments = (code: string): string => code.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');

/** Replaces a part by white space. */
const blank = (code: string, part: string): string => code.replace(part, () => part.replace(/[^\n]/g, ' '));

function methodIn(code: string, name: string): string {
  const [method] = new RegExp(`(?<=\\n  )(?:async )?${name}\\([\\s\\S]*?\\n  \\}\\n`).exec(code) ?? [];
  if (method === undefined) throw new Error(`commander has no ${name} any more`);
  return method;
}

/** What is between the first and the last line of a method. */
const bodyOf = (method: string): string => method.slice(method.indexOf('\n'), method.lastIndexOf('  }'));
