import { isExhaustive } from '../../support/sampling.ts';
import { storeContract } from './contract.ts';
import { everyFeature, pairwise } from './harness.ts';

/** Each feature alone, too: it is in the store, which is the same in each style. */
const variants = isExhaustive ? [...pairwise('url'), ...everyFeature('url')] : pairwise('url');
for (const variant of variants) storeContract(variant);
