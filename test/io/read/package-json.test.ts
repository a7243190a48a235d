import { expect, test } from 'vitest';
import { commandsIn } from '../../../src/io/read/package-json.ts';

test.each([
  { dev: 'node .', runs: true },
  { dev: 'node ./ --port 3000', runs: true },
  { dev: 'nodemon', runs: true },
  { dev: 'NODE_ENV=dev nodemon --quiet --inspect | pino-pretty', runs: true },
  { dev: 'nodemon src/seed.js', runs: false },
  { dev: 'nodemon --watch src src/seed.js', runs: false },
  { dev: 'nodemon --exec "node src/seed.js"', runs: false },
  { dev: 'node src/seed.js', runs: false },
])('$dev runs "main": $runs', ({ dev, runs }) => {
  const { command } = commandsIn({ dev }, 'src/main.js').find(({ name }) => name === 'dev') ?? {};
  expect(command?.includes(' src/main.js')).toBe(runs);
});

test('paths as Windows writes them have slashes', () => {
  const commands = commandsIn({ dev: 'nodemon .\\server\\app.js' }, undefined);
  expect(commands).toContainEqual({ name: 'dev', command: 'nodemon ./server/app.js', isStart: true });
});
