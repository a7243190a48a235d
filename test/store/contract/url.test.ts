import { isExhaustive } from '../../support/sampling.ts';
import { storeContract } from './contract.ts';
import { everyFeature, pairwise } from './harness.ts';

const variants = isExhaustive ? [...pairwise('url'), ...everyFeature('url')] : pairwise('url');
for (const variant of variants) storeContract(variant);
