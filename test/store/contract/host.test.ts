import { isExhaustive } from '../../support/sampling.ts';
import { storeContract } from './contract.ts';
import { everyFeature, pairwise } from './harness.ts';

const variants = isExhaustive ? [...pairwise('host'), ...everyFeature('host')] : pairwise('host');
for (const variant of variants) storeContract(variant);
