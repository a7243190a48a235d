import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { patchEnv } from '../../../src/core/patch/env.ts';
import { patchGitignore } from '../../../src/core/patch/gitignore.ts';
import { patchPackageJson } from '../../../src/core/patch/package-json.ts';
import type { WantedPackage } from '../../../src/core/patch/wanted-package.ts';
import type { EnvEntry } from '../../../src/core/render/env-file.ts';
import { fc, runs } from '../../support/sampling.ts';

const WANTED: WantedPackage = {
  own: undefined,
  scripts: { dev: 'tsx watch src/server.ts' },
  dependencies: { koa: '^3.3.0', mongodb: '^7.9.0' },
  devDependencies: { tsx: '^4.0.0' },
};

const lines = (...all: string[]) => `${all.join('\n')}\n`;

describe('package.json', () => {
  test('is written as a whole in a new project', () => {
    const own = {
      name: 'a',
      version: '0.1.0',
      private: true,
      type: 'module',
      engines: { node: '>=20' },
    } as const;
    const { text } = patchPackageJson(undefined, { ...WANTED, own });
    expect(JSON.parse(text)).toEqual({ ...own, ...WANTED, own: undefined });
    expect(text.endsWith('}\n')).toBe(true);
  });

  const before = lines(
    '{',
    '  "name": "a",',
    '  "dependencies": {',
    '    "axios": "^1.0.0",',
    '    "zod": "^4.0.0"',
    '  },',
    '  "license": "MIT"',
    '}',
  );
  const after = lines(
    '{',
    '  "name": "a",',
    '  "dependencies": {',
    '    "axios": "^1.0.0",',
    '    "koa": "^3.3.0",',
    '    "mongodb": "^7.9.0",',
    '    "zod": "^4.0.0"',
    '  },',
    '  "license": "MIT",',
    '  "scripts": {',
    '    "dev": "tsx watch src/server.ts"',
    '  },',
    '  "devDependencies": {',
    '    "tsx": "^4.0.0"',
    '  }',
    '}',
  );

  test.each([
    ['two spaces', (text: string) => text],
    ['four spaces', (text: string) => text.replaceAll(/^ +/gm, (indent) => indent + indent)],
    ['tabs', (text: string) => text.replaceAll(/^ +/gm, (indent) => '\t'.repeat(indent.length / 2))],
    ['\\r\\n', (text: string) => text.replaceAll('\n', '\r\n')],
    ['a byte order mark', (text: string) => `\uFEFF${text}`],
    ['no final line end', (text: string) => text.trimEnd()],
  ])('keeps its format and order: %s', (_, inForm) => {
    expect(patchPackageJson(inForm(before), WANTED)).toEqual({ text: inForm(after), notes: [] });
    expect(patchPackageJson(inForm(after), WANTED).text).toBe(inForm(after));
  });

  test('unsorted dependencies stay unsorted, and new ones go last', () => {
    const { text } = patchPackageJson(lines('{ "dependencies": { "zod": "4", "axios": "1" } }'), WANTED);
    expect(Object.keys(JSON.parse(text).dependencies)).toEqual(['zod', 'axios', 'koa', 'mongodb']);
  });

  test('new blocks go last, even if the others are sorted', () => {
    const { text } = patchPackageJson(lines('{ "name": "a", "private": true, "type": "module" }'), WANTED);
    const blocks = ['scripts', 'dependencies', 'devDependencies'];
    expect(Object.keys(JSON.parse(text))).toEqual(['name', 'private', 'type', ...blocks]);
  });

  test('existing entries are never changed, only reported', () => {
    const own = {
      scripts: { dev: 'nodemon' },
      devDependencies: { tsx: '^4.1.0' },
      dependencies: { koa: '^1.7.0', mongodb: '^8.0.0' },
    };
    const raw = JSON.stringify(own);
    expect(patchPackageJson(raw, WANTED)).toEqual({
      text: raw,
      notes: [
        'package.json already has a script "dev"; for this one, add `tsx watch src/server.ts` under another name, or in its place.',
      ],
    });
  });

  test('a script is not reported again once it is there under another name', () => {
    const scripts = { dev: 'nodemon', 'dev:sessions': 'tsx watch src/server.ts' };
    expect(patchPackageJson(JSON.stringify({ ...WANTED, scripts }), WANTED).notes).toEqual([]);
  });

  test('an optional peer is added, since nobody installs it', () => {
    const own = { peerDependencies: { koa: '^2.0.0' }, peerDependenciesMeta: { koa: { optional: true } } };
    const { text } = patchPackageJson(JSON.stringify(own), WANTED);
    expect(JSON.parse(text)).toMatchObject({ ...own, dependencies: WANTED.dependencies });
  });

  test.each(['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'])(
    'a package in %s is not added once more',
    (block) => {
      const raw = JSON.stringify({
        ...WANTED,
        dependencies: {},
        [block]: { koa: '2', mongodb: '5', tsx: 4 },
      });
      expect(patchPackageJson(raw, { ...WANTED, devDependencies: {} }).text).toBe(raw);
    },
  );

  test('what the sessions need in production is to move there from devDependencies', () => {
    const notesOn = (blocks: object) => patchPackageJson(JSON.stringify(blocks), WANTED).notes;
    const devDependencies = { koa: '^3.3.0', mongodb: '^7.9.0', tsx: '^4.0.0' };
    expect(notesOn({ devDependencies })).toEqual([
      expect.stringContaining('move koa, mongodb from devDependencies to dependencies'),
    ]);
    expect(
      notesOn({ devDependencies, peerDependencies: { koa: '3' }, dependencies: { mongodb: '7' } }),
    ).toEqual([]);
  });

  describe('what other answers needed and these do not', () => {
    const OWN = { name: 'a', version: '0.1.0', private: true, type: 'module' } as const;
    const before: WantedPackage = {
      own: OWN,
      scripts: { ...WANTED.scripts, start: 'node server.js', test: 'node --test' },
      dependencies: { ...WANTED.dependencies, mongoose: '^9.0.0' },
      devDependencies: WANTED.devDependencies,
    };
    const raw = JSON.stringify({ ...before, scripts: { ...before.scripts, test: 'vitest' } });

    test('is named and stays, but for what its owner wrote', () => {
      expect(patchPackageJson(raw, { ...WANTED, own: OWN }, before)).toEqual({
        text: raw,
        notes: [expect.stringContaining('(scripts: start; packages: mongoose)')],
      });
      expect(patchPackageJson(raw, WANTED, before).notes).toEqual([
        expect.stringContaining('(scripts: start)'),
      ]);
    });

    test('is not spoken of where the answers are the same, nor is a script of the owner', () => {
      expect(patchPackageJson(raw, before, before).notes).toEqual([]);
    });

    test('a script of the owner is reported if these need another one', () => {
      const scripts = { ...before.scripts, test: 'bun test' };
      expect(patchPackageJson(raw, { ...before, scripts }, before).notes).toEqual([
        expect.stringContaining('already has a script "test"; for this one, add `bun test`'),
      ]);
    });
  });

  test.each([
    ['{ "name": "a", }', 'package.json is not JSON'],
    ['[]', 'must contain one JSON object'],
    ['{ "scripts": [] }', '"scripts", which must be an object'],
    ['{ "dependencies": null }', '"dependencies", which must be an object'],
    ['', 'package.json is not JSON'],
    ['{ "dependencies": {}, "a": 1, "dependencies": {} }', '"dependencies" twice'],
    ['{ "scripts": {}, "scr\\u0069pts": {} }', '"scripts" twice'],
    ['{\n<<<<<<< HEAD\n=======\n>>>>>>> other\n}', 'package.json has conflict markers', 4],
  ])('%j is refused with the reason', (raw, problem, exitCode = 2) => {
    const refusal = { exitCode, message: expect.stringContaining(problem) };
    expect(() => patchPackageJson(raw, WANTED)).toThrow(expect.objectContaining(refusal));
  });
});

describe('.gitignore', () => {
  test.each([
    [undefined, '.env\ndist/\n'],
    ['', '.env\ndist/\n'],
    ['.env\ndist\n', '.env\ndist\n'],
    ['/.env\n/dist/\n', '/.env\n/dist/\n'],
    ['.env*\n**/dist\n', '.env*\n**/dist\n'],
    ['*.env\ndist\n', '*.env\ndist\n'],
    ['*.log', '*.log\n.env\ndist/\n'],
    ['# .env\n', '# .env\n.env\ndist/\n'],
    ['.env\n!.env\ndist/\n', '.env\n!.env\ndist/\n.env\n'],
    ['.env.local\nlib/dist/\n', '.env.local\nlib/dist/\n.env\ndist/\n'],
    ['*.log\r\n', '*.log\r\n.env\r\ndist/\r\n'],
  ])('%j becomes %j', (raw, expected) => {
    expect(patchGitignore(raw, ['.env', 'dist/'])).toBe(expected);
    expect(patchGitignore(expected, ['.env', 'dist/'])).toBe(expected);
  });

  test('an asterisk in a wanted name is one in the file', () => {
    expect(patchGitignore('/.pnp\n.pnp.js\n', ['.pnp.*'])).toBe('/.pnp\n.pnp.js\n.pnp.*\n');
    expect(patchGitignore('/.pnp.*\n', ['.pnp.*'])).toBe('/.pnp.*\n');
  });

  test('git ignores .env afterwards, with any existing content', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gitignore-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    execFileSync('git', ['init', '-q'], { cwd: folder });
    const line = fc.constantFrom(
      '.env',
      '!.env',
      '/.env',
      '.env/',
      '!/.env',
      '# .env',
      '.env*',
      '!.env*',
      '*.env',
      '!*.env',
      ' .env',
      '*.log',
      '\\.env',
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 4 }), (all) => {
        writeFileSync(join(folder, '.gitignore'), patchGitignore(all.join('\n'), ['.env']));
        execFileSync('git', ['check-ignore', '-q', '.env'], { cwd: folder });
      }),
      { numRuns: runs(60) },
    );
  });
});

describe('.env', () => {
  const entry = (name: string, secret: EnvEntry['secret'] = 'given'): EnvEntry => ({
    name,
    comment: `About ${name}.`,
    example: 'example',
    secret,
  });
  const ENTRIES = [
    entry('APP_KEYS', 'random-keys'),
    entry('MONGODB_URL'),
    entry('MONGODB_PASSWORD', 'empty'),
  ];
  const patch = (raw: string | undefined, secrets = {}) => patchEnv(raw, ENTRIES, secrets, () => 'fresh');

  test('a new file has new keys, the given secrets, and empty places for the others', () => {
    expect(patch(undefined, { MONGODB_URL: 'mongodb://u:p#1@h/d' }).text).toBe(
      lines(
        '# About APP_KEYS.',
        'APP_KEYS=fresh',
        '',
        '# About MONGODB_URL.',
        "MONGODB_URL='mongodb://u:p#1@h/d'",
        '',
        '# About MONGODB_PASSWORD.',
        'MONGODB_PASSWORD=',
      ),
    );
  });

  test('existing lines are not changed, and missing names are added', () => {
    const raw = 'export APP_KEYS="mine"\r\nOTHER=1';
    const { text, notes } = patch(raw, { APP_KEYS: 'given' });
    expect(text.startsWith(raw)).toBe(true);
    expect(parseEnv(text)).toMatchObject({ APP_KEYS: 'mine', OTHER: '1', MONGODB_URL: 'example' });
    expect(text.replaceAll('\r\n', '')).not.toContain('\n');
    expect(notes).toEqual([expect.stringContaining('.env already has APP_KEYS')]);
    expect(patch(text)).toEqual({ text, notes: [], kept: [] });
  });

  test('an unclosed quote is refused, since it would include the following lines', () => {
    const raw = "OTHER='open\n";
    expect(() => patch(raw, { MONGODB_URL: 'needs # quotes' })).toThrow('a quote that is never closed');
  });

  test('names conflict markers, which Node would take for a part of a name', () => {
    const raw = '<<<<<<< HEAD\nAPP_KEYS=a\n=======\nAPP_KEYS=b\n>>>>>>> other\n';
    expect(() => patch(raw)).toThrow('.env has conflict markers; resolve them, then run again.');
  });

  test('a byte order mark is kept if it hides none of the names', () => {
    const raw = '\uFEFFOTHER=1\n';
    const { text } = patch(raw);
    expect(text.startsWith(raw)).toBe(true);
    expect(parseEnv(text)).toMatchObject({ APP_KEYS: 'fresh', MONGODB_URL: 'example' });
  });

  test.each([
    ['others missing', '\uFEFFAPP_KEYS=mine\n'],
    ['nothing missing', '\uFEFFAPP_KEYS=mine\nMONGODB_URL=mine\nMONGODB_PASSWORD=mine\n'],
  ])('a byte order mark that hides one of the names from Node is refused: %s', (_, raw) => {
    const problem = '.env begins with a byte order mark, after which Node would not find APP_KEYS.';
    expect(() => patch(raw)).toThrow(problem);
  });

  test.each(['\uFEFF', '\uFEFF\n', '\uFEFF# Mine\n'])(
    'after %j, each name can be read back, or the file is refused',
    (raw) => {
      // This depends on the version of Node.
      try {
        expect(parseEnv(patch(raw).text)).toHaveProperty('APP_KEYS', 'fresh');
      } catch (error) {
        expect(error).toMatchObject({ exitCode: 2, message: expect.stringContaining('byte order mark') });
      }
    },
  );

  test('a value that .env cannot hold is refused, with the name of the variable and without the value', () => {
    const secret = `s3cret'"\`\n`;
    const refused = () => patch(undefined, { MONGODB_URL: secret });
    expect(refused).toThrow('The value for MONGODB_URL cannot be written to .env');
    expect(refused).not.toThrow('s3cret');
  });

  test('every written value can be read back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        let text: string;
        try {
          ({ text } = patch(undefined, { MONGODB_URL: value }));
        } catch (error) {
          return expect(error).toMatchObject({ name: 'UserError' });
        }
        expect(parseEnv(text).MONGODB_URL).toBe(value);
      }),
    );
  });
});
