import { codeOf } from './errors.ts';

export const TTL = 14;
